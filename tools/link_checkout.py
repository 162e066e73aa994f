"""Make this checkout importable in the environment that runs it, with the command `pressroom`.

What an editable install would do, without a build backend to download.
"""

import sys
import sysconfig
from pathlib import Path

COMMAND = """#!{python}
from pressroom.cli import main

main()
"""

root = Path(__file__).resolve().parent.parent
(Path(sysconfig.get_path("purelib")) / "pressroom-checkout.pth").write_text(f"{root}\n")
script = Path(sys.prefix) / "bin" / "pressroom"
script.write_text(COMMAND.format(python=sys.executable))
script.chmod(0o755)
