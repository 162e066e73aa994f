"""How Jinja works through a template, with less to do at each step: a page has three hundred values and fifty calls."""

from types import FunctionType, MethodType

from jinja2 import nodes, runtime
from jinja2.compiler import CodeGenerator, Frame

PLAIN = {FunctionType, MethodType}  # what is told nothing of the template that calls it, unless it is marked


class Context(runtime.Context):
    """The names that a template knows. All templates know the same global ones, so that what one takes from another is
    made once without comparing them."""

    globals_keys = property(lambda _self: frozenset(), lambda _self, _keys: None)

    def call(self, function, /, *args, **values):
        """As Jinja has it, which asks each time what kind of thing is called."""
        kind = type(function)
        if kind is runtime.Macro:
            args = (self.eval_ctx, *args)
        elif kind not in PLAIN or hasattr(function, "jinja_pass_arg"):
            return super().call(function, *args, **values)
        values.pop("_loop_vars", None)
        values.pop("_block_vars", None)
        return function(*args, **values)


class Generator(CodeGenerator):
    """Writes a template as Python. What is markup already goes out as it is: to be escaped, it would be copied."""

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize) -> None:
        if _escapes(frame, finalize):
            self.write("(said if type(said := (")
        else:
            super()._output_child_pre(node, frame, finalize)

    def _output_child_post(self, node: nodes.Expr, frame: Frame, finalize) -> None:
        if _escapes(frame, finalize):
            self.write(")) is Markup else escape(said))")
        else:
            super()._output_child_post(node, frame, finalize)


def _escapes(frame: Frame, finalize) -> bool:
    return frame.eval_ctx.autoescape and not frame.eval_ctx.volatile and finalize.src is None


def init_app(app) -> None:
    app.jinja_env.context_class, app.jinja_env.code_generator_class = Context, Generator
