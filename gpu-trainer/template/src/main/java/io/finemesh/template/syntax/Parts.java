package io.finemesh.template.syntax;

import java.util.function.Consumer;

/** The expressions directly within an expression. */
final class Parts {
    private Parts() {}

    static void of(Expression expression, Consumer<Expression> visitor) {
        switch (expression) {
            case Expression.Constant constant -> {}
            case Expression.Name name -> {}
            case Expression.ListLiteral list -> list.items().forEach(visitor);
            case Expression.TupleLiteral tuple -> tuple.items().forEach(visitor);
            case Expression.DictionaryLiteral dictionary ->
                dictionary.pairs().forEach(pair -> {
                    visitor.accept(pair.key());
                    visitor.accept(pair.value());
                });
            case Expression.Conditional conditional -> {
                visitor.accept(conditional.test());
                visitor.accept(conditional.then());
                conditional.otherwise().ifPresent(visitor);
            }
            case Expression.And and -> {
                visitor.accept(and.left());
                visitor.accept(and.right());
            }
            case Expression.Or or -> {
                visitor.accept(or.left());
                visitor.accept(or.right());
            }
            case Expression.Not not -> visitor.accept(not.operand());
            case Expression.Compare compare -> {
                visitor.accept(compare.first());
                compare.rest().forEach(comparand -> visitor.accept(comparand.operand()));
            }
            case Expression.Binary binary -> {
                visitor.accept(binary.left());
                visitor.accept(binary.right());
            }
            case Expression.Concatenation concatenation -> concatenation.parts().forEach(visitor);
            case Expression.Signed signed -> visitor.accept(signed.operand());
            case Expression.Attribute attribute -> visitor.accept(attribute.object());
            case Expression.Item item -> {
                visitor.accept(item.object());
                visitor.accept(item.key());
            }
            case Expression.Slice slice -> {
                visitor.accept(slice.object());
                slice.start().ifPresent(visitor);
                slice.stop().ifPresent(visitor);
                slice.step().ifPresent(visitor);
            }
            case Expression.Call call -> {
                visitor.accept(call.callee());
                passed(call.arguments(), visitor);
            }
            case Expression.Filter filter -> {
                filter.input().ifPresent(visitor);
                passed(filter.arguments(), visitor);
            }
            case Expression.Test test -> {
                visitor.accept(test.input());
                passed(test.arguments(), visitor);
            }
        }
    }

    private static void passed(Expression.Passed arguments, Consumer<Expression> visitor) {
        arguments.positional().forEach(visitor);
        arguments.named().forEach(keyword -> visitor.accept(keyword.value()));
        arguments.star().ifPresent(visitor);
        arguments.doubleStar().ifPresent(visitor);
    }
}
