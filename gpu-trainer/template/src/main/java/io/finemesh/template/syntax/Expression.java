package io.finemesh.template.syntax;

import io.finemesh.template.operation.Arithmetic;
import io.finemesh.template.value.Value;
import java.util.List;
import java.util.Optional;

/** Something that has a value. Every node knows the line it stands on. */
public sealed interface Expression {
    int line();

    /** A literal. */
    record Constant(Value value, int line) implements Expression {}

    /** A variable. */
    record Name(String name, int line) implements Expression {}

    record ListLiteral(List<Expression> items, int line) implements Expression {}

    record TupleLiteral(List<Expression> items, int line) implements Expression {}

    record DictionaryLiteral(List<Pair> pairs, int line) implements Expression {}

    /** One entry of a dictionary literal. */
    record Pair(Expression key, Expression value) {}

    /** {@code then if test else otherwise}. */
    record Conditional(Expression test, Expression then, Optional<Expression> otherwise, int line)
            implements Expression {}

    record And(Expression left, Expression right, int line) implements Expression {}

    record Or(Expression left, Expression right, int line) implements Expression {}

    record Not(Expression operand, int line) implements Expression {}

    /** A chain of comparisons that hold together. */
    record Compare(Expression first, List<Comparand> rest, int line) implements Expression {}

    /** One link of a chain. */
    record Comparand(Relation relation, Expression operand) {}

    /** What a comparison asks. */
    enum Relation {
        EQUAL("=="),
        UNEQUAL("!="),
        LESS("<"),
        AT_MOST("<="),
        GREATER(">"),
        AT_LEAST(">="),
        IN("in"),
        NOT_IN("not in");

        private final String symbol;

        Relation(String symbol) {
            this.symbol = symbol;
        }

        public String symbol() {
            return symbol;
        }
    }

    record Binary(Arithmetic.Operator operator, Expression left, Expression right, int line) implements Expression {}

    /** Operands of {@code ~}, joined as text. */
    record Concatenation(List<Expression> parts, int line) implements Expression {}

    /** A sign before a number. */
    record Signed(boolean negative, Expression operand, int line) implements Expression {}

    /** {@code object.name}. */
    record Attribute(Expression object, String name, int line) implements Expression {}

    /** {@code object[key]}. */
    record Item(Expression object, Expression key, int line) implements Expression {}

    /** {@code object[start:stop:step]}. */
    record Slice(
            Expression object,
            Optional<Expression> start,
            Optional<Expression> stop,
            Optional<Expression> step,
            int line)
            implements Expression {}

    record Call(Expression callee, Passed arguments, int line) implements Expression {}

    /** {@code input|name(arguments)}; without an input in a filter block. */
    record Filter(Optional<Expression> input, String name, Passed arguments, int line) implements Expression {}

    /** {@code input is name(arguments)}. */
    record Test(Expression input, String name, Passed arguments, int line) implements Expression {}

    /**
     * Arguments as written.
     *
     * @param star a value whose elements follow the positional ones
     * @param doubleStar a dictionary whose entries follow the named ones
     */
    record Passed(
            List<Expression> positional,
            List<Keyword> named,
            Optional<Expression> star,
            Optional<Expression> doubleStar) {
        static final Passed NOTHING = new Passed(List.of(), List.of(), Optional.empty(), Optional.empty());
    }

    /** An argument by name. */
    record Keyword(String name, Expression value) {}
}
