package io.finemesh.template.render;

import io.finemesh.template.failure.TemplateException;
import io.finemesh.template.library.Attributes;
import io.finemesh.template.library.Filters;
import io.finemesh.template.library.Surroundings;
import io.finemesh.template.library.Tests;
import io.finemesh.template.limit.BoundedText;
import io.finemesh.template.limit.Budget;
import io.finemesh.template.operation.Arithmetic;
import io.finemesh.template.operation.Comparison;
import io.finemesh.template.operation.Iteration;
import io.finemesh.template.operation.Slicing;
import io.finemesh.template.operation.Truthiness;
import io.finemesh.template.operation.TypeName;
import io.finemesh.template.syntax.Expression;
import io.finemesh.template.value.Arguments;
import io.finemesh.template.value.Callable;
import io.finemesh.template.value.Dictionary;
import io.finemesh.template.value.Sequence;
import io.finemesh.template.value.Text;
import io.finemesh.template.value.Undefined;
import io.finemesh.template.value.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds the values of expressions; one per rendering. Remembers the line it is on, for whoever reports a failure. */
final class Evaluator {
    private final Surroundings surroundings;
    private final Budget budget;
    private int line;

    Evaluator(Surroundings surroundings) {
        this.surroundings = surroundings;
        this.budget = surroundings.budget();
    }

    /** Line of what was last evaluated. */
    int line() {
        return line;
    }

    void at(int where) {
        line = where;
    }

    boolean holds(Expression condition, Frame frame) {
        return Truthiness.of(value(condition, frame));
    }

    Value value(Expression expression, Frame frame) {
        budget.step();
        budget.enter();
        line = expression.line();
        Value value =
                switch (expression) {
                    case Expression.Constant constant -> constant.value();
                    case Expression.Name name -> name(name, frame);
                    case Expression.ListLiteral list -> Sequence.list(values(list.items(), frame), budget);
                    case Expression.TupleLiteral tuple -> Sequence.tuple(values(tuple.items(), frame), budget);
                    case Expression.DictionaryLiteral dictionary -> dictionary(dictionary, frame);
                    case Expression.Conditional conditional -> conditional(conditional, frame);
                    case Expression.And and -> {
                        Value left = value(and.left(), frame);
                        yield Truthiness.of(left) ? value(and.right(), frame) : left;
                    }
                    case Expression.Or or -> {
                        Value left = value(or.left(), frame);
                        yield Truthiness.of(left) ? left : value(or.right(), frame);
                    }
                    case Expression.Not not -> Value.Truth.of(!holds(not.operand(), frame));
                    case Expression.Compare compare -> compare(compare, frame);
                    case Expression.Binary binary -> {
                        Value left = value(binary.left(), frame);
                        Value right = value(binary.right(), frame);
                        line = binary.line();
                        yield Arithmetic.apply(binary.operator(), left, right, budget);
                    }
                    case Expression.Concatenation concatenation -> concatenation(concatenation, frame);
                    case Expression.Signed signed -> {
                        Value operand = value(signed.operand(), frame);
                        yield signed.negative()
                                ? Arithmetic.negate(operand, budget)
                                : Arithmetic.affirm(operand, budget);
                    }
                    case Expression.Attribute attribute -> {
                        Value object = value(attribute.object(), frame);
                        line = attribute.line();
                        yield Attributes.attribute(object, attribute.name(), budget);
                    }
                    case Expression.Item item -> {
                        Value object = value(item.object(), frame);
                        Value key = value(item.key(), frame);
                        line = item.line();
                        yield Attributes.item(object, key, budget);
                    }
                    case Expression.Slice slice -> slice(slice, frame);
                    case Expression.Call call -> {
                        Value callee = value(call.callee(), frame);
                        Arguments arguments = arguments(call.arguments(), frame);
                        line = call.line();
                        yield call(callee, arguments);
                    }
                    case Expression.Filter filter -> filter(filter, frame);
                    case Expression.Test test -> {
                        Value input = value(test.input(), frame);
                        Arguments arguments = arguments(test.arguments(), frame);
                        line = test.line();
                        yield Value.Truth.of(Tests.holds(test.name(), input, arguments, budget));
                    }
                };
        budget.leave();
        return value;
    }

    private Value name(Expression.Name name, Frame frame) {
        Value value = frame.read(name.name());
        if (value instanceof Undefined && name.name().equals("self")) {
            throw TemplateException.unsupported("'self', the template's own blocks, is not implemented");
        }
        return value;
    }

    private List<Value> values(List<Expression> expressions, Frame frame) {
        List<Value> values = new ArrayList<>(expressions.size());
        for (Expression expression : expressions) {
            values.add(value(expression, frame));
        }
        return values;
    }

    private Value dictionary(Expression.DictionaryLiteral literal, Frame frame) {
        Dictionary.Builder entries = new Dictionary.Builder();
        for (Expression.Pair pair : literal.pairs()) {
            entries.put(value(pair.key(), frame), value(pair.value(), frame), budget);
        }
        return entries.build(budget);
    }

    private Value conditional(Expression.Conditional conditional, Frame frame) {
        if (holds(conditional.test(), frame)) {
            return value(conditional.then(), frame);
        }
        if (conditional.otherwise().isPresent()) {
            return value(conditional.otherwise().get(), frame);
        }
        return Undefined.because("the condition of an 'if' in line " + conditional.line()
                + " does not hold, and there is no 'else' that would give a value");
    }

    private Value compare(Expression.Compare compare, Frame frame) {
        Value left = value(compare.first(), frame);
        for (Expression.Comparand comparand : compare.rest()) {
            Value right = value(comparand.operand(), frame);
            line = compare.line();
            if (!holds(comparand.relation(), left, right)) {
                return Value.Truth.FALSE;
            }
            left = right;
        }
        return Value.Truth.TRUE;
    }

    private boolean holds(Expression.Relation relation, Value left, Value right) {
        return switch (relation) {
            case EQUAL -> Comparison.equal(left, right, budget);
            case UNEQUAL -> !Comparison.equal(left, right, budget);
            case IN -> Comparison.contains(right, left, budget);
            case NOT_IN -> !Comparison.contains(right, left, budget);
            case LESS -> order(relation, left, right) == -1;
            case GREATER -> order(relation, left, right) == 1;
            case AT_MOST -> order(relation, left, right) <= 0;
            case AT_LEAST -> {
                int order = order(relation, left, right);
                yield order == 0 || order == 1;
            }
        };
    }

    private int order(Expression.Relation relation, Value left, Value right) {
        return Comparison.order(left, right, relation.symbol(), budget);
    }

    private Value concatenation(Expression.Concatenation concatenation, Frame frame) {
        List<Value> parts = values(concatenation.parts(), frame);
        BoundedText text = new BoundedText(budget);
        for (Value part : parts) {
            text.append(surroundings.print(part));
        }
        return Text.of(text.toString());
    }

    private Value slice(Expression.Slice slice, Frame frame) {
        Value object = value(slice.object(), frame);
        Value start = bound(slice.start(), frame);
        Value stop = bound(slice.stop(), frame);
        Value step = bound(slice.step(), frame);
        line = slice.line();
        if (object instanceof Undefined undefined) {
            throw undefined.failure();
        }
        Value result = Slicing.slice(object, start, stop, step, budget);
        if (result == null) {
            throw TemplateException.type("a value of type " + TypeName.of(object) + " has no slices");
        }
        return result;
    }

    private Value bound(Optional<Expression> expression, Frame frame) {
        return expression.isPresent() ? value(expression.get(), frame) : Value.None.NONE;
    }

    Value filter(Expression.Filter filter, Frame frame) {
        Value input = value(filter.input().orElseThrow(), frame);
        return filter(filter, input, frame);
    }

    /** Applies the filters of a block to its text; the innermost has no input of its own. */
    Value filter(Expression.Filter filter, Text text, Frame frame) {
        Value input = filter.input().isPresent() && filter.input().get() instanceof Expression.Filter inner
                ? filter(inner, text, frame)
                : text;
        return filter(filter, input, frame);
    }

    private Value filter(Expression.Filter filter, Value input, Frame frame) {
        Arguments arguments = arguments(filter.arguments(), frame);
        line = filter.line();
        return Filters.apply(filter.name(), input, arguments, surroundings);
    }

    Arguments arguments(Expression.Passed passed, Frame frame) {
        List<Value> positional = values(passed.positional(), frame);
        Map<String, Value> named = new LinkedHashMap<>();
        for (Expression.Keyword keyword : passed.named()) {
            named.put(keyword.name(), value(keyword.value(), frame));
        }
        if (passed.star().isPresent()) {
            positional.addAll(Iteration.collect(value(passed.star().get(), frame), budget));
        }
        if (passed.doubleStar().isPresent()) {
            Value entries = value(passed.doubleStar().get(), frame);
            if (!(entries instanceof Dictionary dictionary)) {
                throw TemplateException.type("'**' needs a dictionary, not a value of type " + TypeName.of(entries));
            }
            for (Dictionary.Entry entry : dictionary.entries()) {
                if (!(entry.key() instanceof Text key)) {
                    throw TemplateException.type("'**' needs a dictionary whose keys are texts");
                }
                if (named.put(key.string(), entry.value()) != null) {
                    throw TemplateException.type("the argument '" + key.string() + "' is given twice");
                }
            }
        }
        return new Arguments(positional, named);
    }

    Value call(Value callee, Arguments arguments) {
        return switch (callee) {
            case Callable callable -> callable.call(arguments, budget);
            case LoopState loop -> loop.recurse(arguments);
            case Undefined undefined -> throw undefined.failure();
            case Value other ->
                throw TemplateException.type("a value of type " + TypeName.of(other) + " cannot be called");
        };
    }
}
