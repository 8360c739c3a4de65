package io.finemesh.template.syntax;

import java.util.List;
import java.util.Optional;

/** Something that is done, in order, to produce output. */
public sealed interface Statement {
    int line();

    /** Text of the template itself. */
    record Data(String text, int line) implements Statement {}

    /** Values that are printed. */
    record Output(List<Expression> values, int line) implements Statement {}

    record For(
            Target target,
            Expression over,
            Optional<Expression> filter,
            boolean recursive,
            List<Statement> body,
            List<Statement> otherwise,
            int line)
            implements Statement {}

    record If(List<Branch> branches, List<Statement> otherwise, int line) implements Statement {}

    /** A condition and what is done where it holds. */
    record Branch(Expression test, List<Statement> body) {}

    record Assignment(Target target, Expression value, int line) implements Statement {}

    /** A variable that takes the output of a block. */
    record Capture(Target target, Optional<Expression.Filter> filter, List<Statement> body, int line)
            implements Statement {}

    record Macro(String name, Signature signature, List<Statement> body, int line) implements Statement {}

    /** Parameters of a macro; the last ones may have defaults. */
    record Signature(List<String> names, List<Expression> defaults) {
        static final Signature EMPTY = new Signature(List.of(), List.of());

        /** The default of a parameter, if it has one. */
        public Optional<Expression> defaultOf(int index) {
            int position = index - (names.size() - defaults.size());
            return position >= 0 ? Optional.of(defaults.get(position)) : Optional.empty();
        }
    }

    /** A call that is handed a block as {@code caller}. */
    record CallBlock(Expression.Call call, Signature signature, List<Statement> body, int line) implements Statement {}

    /** A block whose output goes through filters. */
    record FilterBlock(Expression.Filter filter, List<Statement> body, int line) implements Statement {}

    record With(List<Target> targets, List<Expression> values, List<Statement> body, int line) implements Statement {}

    /** A block with a scope of its own whose output is escaped if the condition holds. */
    record Autoescape(Expression condition, List<Statement> body, int line) implements Statement {}

    /** A named block; there are no other templates that could replace it. */
    record Block(String name, boolean scoped, boolean required, List<Statement> body, int line) implements Statement {}

    /** What the model says: the characters it writes are trained on. */
    record Generation(List<Statement> body, int line) implements Statement {}

    record Break(int line) implements Statement {}

    record Continue(int line) implements Statement {}

    /** A statement that needs other templates, of which there are none: extends, include, import, from. */
    record OtherTemplate(String tag, int line) implements Statement {}
}
