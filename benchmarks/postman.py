"""A worker of the benchmark of mail: says 0 when it is ready; then for each line on standard input it sends what is due,
and says how many messages the server took."""

import sys

from pressroom import create_app
from pressroom.database import writing
from pressroom.delivery import postman


def main() -> None:
    app = create_app()
    print(0, flush=True)
    for _ in sys.stdin:
        with app.app_context(), writing():
            print(postman.deliver(app.extensions["mailer"]), flush=True)


if __name__ == "__main__":
    main()
