"""The dependency rules of ARCHITECTURE.md, checked."""

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent / "pressroom"
CAPABILITIES = [
    "delivery", "staff", "contacts", "media", "events", "releases", "alerts", "accreditation", "kits",
    "dispatches", "newsroom",
]  # fmt: skip
# Within a capability imports go only leftward; a module named after its one subject serves any of them.
STEPS = ["models", "queries", "workflow", "tasks", "forms", "public", "desk", "feeds"]
NO_FLASK = {"models", "queries", "workflow"}
# What sees everything: the application itself, the commands, the example data.
TOP = {
    "__init__",
    "backups",
    "cli",
    "commands",
    "demo",
    "erasures",
    "health",
    "moving",
    "release_commands",
    "serving",
    "tasks",
}
# Who may set a message's state: writing it, cancelling it, carrying it, hearing that it came back.
STATE_SETTERS = {"workflow", "importing", "postman", "outbox", "bounces"}
MODULES = sorted(path for path in ROOT.rglob("*.py") if path.name != "__init__.py" or path.parent == ROOT)


@cache
def tree(path):
    return ast.parse(path.read_text())


@cache
def nodes(path):
    return list(ast.walk(tree(path)))


def imports(path):
    for node in nodes(path):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def is_edge(path):
    """It makes a blueprint: it knows HTTP, commits, and nobody imports it but create_app."""
    calls = (node.func for node in nodes(path) if isinstance(node, ast.Call))
    return any(isinstance(call, ast.Name) and call.id in ("Blueprint", "desk_blueprint") for call in calls)


@cache
def edges():
    return {
        path.relative_to(ROOT).with_suffix("").parts
        for path in MODULES
        if is_edge(path) and path.stem != "access"
    }


def broken(rule):
    """What in which module goes against a rule, which says it of one."""
    found = {str(path.relative_to(ROOT)): list(rule(path)) for path in MODULES}
    return {name: faults for name, faults in found.items() if faults}


def broken_rules(path):
    here = path.relative_to(ROOT).with_suffix("").parts
    for name in imports(path):
        there = name.split(".")
        if there[0] in ("flask", "flask_wtf", "flask_login") and here[-1] in NO_FLASK and len(here) > 1:
            yield f"imports {name}: {here[-1]} knows no HTTP"
        if there[0] != "pressroom" or len(there) < 2 or here[0] in TOP:
            continue
        if len(here) == 1:
            if there[1] in CAPABILITIES or there[1] in TOP:
                yield f"a foundation imports {name}"
        elif there[1] in CAPABILITIES:
            own, other = CAPABILITIES.index(here[0]), CAPABILITIES.index(there[1])
            module = there[2] if len(there) > 2 else ""
            if other > own:
                yield f"imports {name}: {there[1]} stands above {here[0]}"
            if (there[1], module) in edges():
                yield f"imports {name}: {module} is an edge"
            if (
                other == own
                and {module, here[1]} <= set(STEPS)
                and STEPS.index(module) > STEPS.index(here[1])
            ):
                yield f"imports {name}: {module} stands right of {here[1]}"
        elif there[1] in TOP:
            yield f"imports {name}"


def deep_imports(path):
    every = {node for node in nodes(path) if isinstance(node, (ast.Import, ast.ImportFrom))}
    return [node.lineno for node in every - set(tree(path).body)]


def assigned_states(path):
    if path.stem in STATE_SETTERS:
        return []
    return [
        node.lineno
        for node in nodes(path)
        if isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign))
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Attribute) and target.attr == "state"
    ]


def commits(path):
    if is_edge(path) or path.stem in {"tasks", "postman", "commands"}:
        return []
    return [
        node.lineno
        for node in nodes(path)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit"
    ]


def body_length(function):
    """Lines from the first statement on: neither a long signature nor a docstring makes a function hard to read."""
    body = function.body[1:] if ast.get_docstring(function) and len(function.body) > 1 else function.body
    return function.end_lineno - body[0].lineno + 1


def too_long(path):
    if (lines := len(path.read_text().splitlines())) > 400:
        yield f"{lines} lines"
    for node in nodes(path):
        if not isinstance(node, ast.FunctionDef) or node.name in ("init_app", "create_app"):
            continue
        if (length := body_length(node)) > 40:
            yield f"{node.name}: {length}"


def unexplained(path):
    return [] if ast.get_docstring(tree(path)) else ["no docstring"]


def test_imports_point_downwards_and_leftwards():
    assert broken(broken_rules) == {}


def test_imports_stand_at_the_top():
    assert broken(deep_imports) == {}


def test_only_a_workflow_assigns_a_state():
    assert broken(assigned_states) == {}


def test_only_views_commands_and_tasks_commit():
    assert broken(commits) == {}


def test_files_and_functions_stay_short():
    assert broken(too_long) == {}


def test_every_module_says_what_it_is_for():
    assert broken(unexplained) == {}


def test_the_rules_would_see_a_breach():
    assert {("releases", "desk"), ("newsroom", "public"), ("accreditation", "public")} <= edges()
    assert ("accreditation", "workflow") not in edges()
    assert {path.stem for path in MODULES} >= {"workflow", "postman", "queries", "desk"}
