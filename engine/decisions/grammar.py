"""The grammar of FEEL expressions and unary tests (DMN 1.5, section 10.3.1.2), as far as supported; LALR(1), linear.

The tokens come from `lexer.py`, because names with spaces cannot be told apart by a regular grammar.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from lark import Lark, Token, Transformer, v_args
from lark.exceptions import UnexpectedInput, UnexpectedToken, VisitError

from engine.decisions import builders
from engine.decisions.refusals import NotFeel
from engine.decisions.syntax import Node

_GRAMMAR = """
%declare NAME NUMBER STRING AT CONSTANT PYTHON SUBJECT CMP PLUS MINUS TIMES DIV POW DOT DOTS COMMA COLON
%declare LPAR RPAR LSQB RSQB LBRACE RBRACE OPEN CLOSE
%declare IF THEN ELSE FOR IN RETURN SOME EVERY SATISFIES AND OR BETWEEN NOT

cell: MINUS                                            -> anything
    | test (COMMA test)*                               -> tests
?test: CMP additive                                    -> operator_test
    | expression

?expression: IF expression THEN expression ELSE expression          -> if_else
    | FOR loop (COMMA loop)* RETURN expression                      -> iterate
    | (SOME | EVERY) loop (COMMA loop)* SATISFIES expression        -> iterate
    | disjunction
loop: NAME IN expression [DOTS expression]
?disjunction: conjunction (OR conjunction)*
?conjunction: comparison (AND comparison)*
?comparison: additive (CMP additive)*
    | additive IN test_target                          -> inside
    | additive BETWEEN additive AND additive           -> between
?test_target: CMP additive                             -> operator_test
    | additive
?additive: product ((PLUS | MINUS) product)*           -> left_to_right
?product: power ((TIMES | DIV) power)*                 -> left_to_right
?power: negation (POW negation)*                       -> left_to_right
?negation: MINUS negation                              -> negate
    | postfix
?postfix: primary
    | postfix DOT NAME                                 -> path
    | postfix LSQB expression RSQB                     -> filter
?primary: NAME                                         -> name
    | NUMBER                                           -> number
    | STRING                                           -> string
    | AT                                               -> at
    | CONSTANT                                         -> constant
    | PYTHON                                           -> constant
    | SUBJECT                                          -> subject
    | NOT LPAR test (COMMA test)* RPAR                 -> negated
    | NAME LPAR [expression (COMMA expression)*] RPAR  -> call
    | NAME LPAR binding (COMMA binding)* RPAR          -> call_named
    | LPAR test (COMMA test)* RPAR                     -> group
    | LSQB [expression (COMMA expression)*] RSQB       -> list_of
    | LBRACE [entry (COMMA entry)*] RBRACE             -> context_of
    | (LSQB | LPAR | OPEN) expression DOTS expression CLOSE         -> range_of
binding: NAME COLON expression
entry: (NAME | STRING) COLON expression
"""


@v_args(inline=True)
class _Builder(Transformer[Token, Any]):
    """Calls the builder of each rule as soon as it is reduced; no tree is ever walked recursively."""

    anything = staticmethod(builders.anything)
    tests = staticmethod(builders.tests)
    operator_test = staticmethod(builders.operator_test)
    if_else = staticmethod(builders.if_else)
    iterate = staticmethod(builders.iterate)
    loop = staticmethod(builders.loop)
    disjunction = staticmethod(builders.disjunction)
    conjunction = staticmethod(builders.conjunction)
    comparison = staticmethod(builders.comparison)
    inside = staticmethod(builders.inside)
    between = staticmethod(builders.between)
    left_to_right = staticmethod(builders.left_to_right)
    negate = staticmethod(builders.negate)
    path = staticmethod(builders.path)
    filter = staticmethod(builders.filter_list)
    name = staticmethod(builders.name)
    number = staticmethod(builders.number)
    string = staticmethod(builders.string)
    at = staticmethod(builders.at_literal)
    constant = staticmethod(builders.constant)
    subject = staticmethod(builders.subject)
    negated = staticmethod(builders.negated)
    call = staticmethod(builders.call)
    call_named = staticmethod(builders.call_named)
    group = staticmethod(builders.group)
    list_of = staticmethod(builders.list_of)
    context_of = staticmethod(builders.context_of)
    range_of = staticmethod(builders.range_of)
    binding = staticmethod(builders.entry)
    entry = staticmethod(builders.entry)


@cache
def _parser() -> Lark:
    return Lark(
        _GRAMMAR,
        parser="lalr",
        lexer="basic",
        start=["cell", "expression"],
        transformer=_Builder(),
        maybe_placeholders=False,
    )


def parse_tokens(tokens: list[Token], *, start: str, length: int) -> Node:
    """Return the node of an `expression` or a `cell`; `length` is that of the text, for errors at its end.

    Raises `NotFeel` with the position of the first token that does not fit.
    """
    run = _parser().parse_interactive("", start=start)
    try:
        for token in tokens:
            run.feed_token(token)
        node: Node = run.feed_eof(tokens[-1] if tokens else None)  # type: ignore[no-untyped-call]
    except UnexpectedToken as error:
        raise _unexpected(error.token, tokens, length) from None
    except UnexpectedInput:
        raise NotFeel("The expression cannot be read.") from None
    except VisitError as error:
        if isinstance(error.orig_exc, NotFeel):
            raise error.orig_exc from None
        raise
    return node


def _unexpected(token: Token, tokens: list[Token], length: int) -> NotFeel:
    if token.type == "$END":
        return NotFeel("The expression ends too early.", advice="Complete or shorten it.", position=length)
    at = token.start_pos or 0
    before = [other for other in tokens if (other.start_pos or 0) < at]
    previous = before[-1] if before else None
    message = f"`{token}` does not fit here (character {at + 1})."
    if previous is not None and previous.type == "NAME" and token.type == "NAME":
        advice = f"Declare `{previous} {token}` as an input if that is one name, otherwise put an operator between."
    elif token.type == "NOT":
        advice = "Write not(...) around the whole test, for instance not(? in list)."
    elif token.type == "LPAR" and len(before) > 1 and before[-2].type == "DOT":
        advice = "A value has no methods; use a function, for instance contains(text, part)."
    elif token.type == "IN":
        advice = 'Write the tests alone, for instance "a","b", or ? in (...).'
    else:
        advice = "Check the signs around it."
    return NotFeel(message, advice=advice, position=at)
