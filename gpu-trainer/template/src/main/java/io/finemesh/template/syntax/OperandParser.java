package io.finemesh.template.syntax;

import io.finemesh.template.failure.TemplateException;
import io.finemesh.template.failure.TemplateException.Reason;
import io.finemesh.template.syntax.Expression.Keyword;
import io.finemesh.template.syntax.Expression.Pair;
import io.finemesh.template.syntax.Expression.Passed;
import io.finemesh.template.syntax.Token.Kind;
import io.finemesh.template.value.Text;
import io.finemesh.template.value.Value;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The grammar of what stands between operators: literals, names, brackets, and the attributes, calls, filters and tests after them. */
final class OperandParser {
    private static final int LONGEST_NUMBER = 1000;
    private static final Set<String> ENDS_OF_TEST = Set.of("else", "or", "and");

    private final TokenStream tokens;
    private final ExpressionParser expressions;
    private final TreeDepth tree;

    OperandParser(TokenStream tokens, ExpressionParser expressions, TreeDepth tree) {
        this.tokens = tokens;
        this.expressions = expressions;
        this.tree = tree;
    }

    Expression primary() {
        Token token = tokens.current();
        switch (token.kind()) {
            case NAME -> {
                tokens.next();
                return switch (token.text()) {
                    case "true", "True" -> constant(Value.Truth.TRUE, token);
                    case "false", "False" -> constant(Value.Truth.FALSE, token);
                    case "none", "None" -> constant(Value.None.NONE, token);
                    default -> new Expression.Name(token.text(), token.line());
                };
            }
            case STRING -> {
                StringBuilder text = new StringBuilder();
                while (tokens.current().is(Kind.STRING)) {
                    text.append(tokens.next().text());
                }
                return constant(Text.of(text.toString()), token);
            }
            case INTEGER, FLOAT -> {
                tokens.next();
                return constant(number(token), token);
            }
            case OPERATOR -> {
                switch (token.text()) {
                    case "(" -> {
                        tokens.next();
                        Expression inner = tuple(true, true, null);
                        tokens.expectOperator(")");
                        return inner;
                    }
                    case "[" -> {
                        return list();
                    }
                    case "{" -> {
                        return dictionary();
                    }
                    default -> throw tokens.expected("an expression");
                }
            }
            case DATA, VARIABLE_BEGIN, VARIABLE_END, BLOCK_BEGIN, BLOCK_END, END ->
                throw tokens.expected("an expression");
        }
        throw tokens.expected("an expression");
    }

    private static Expression constant(Value value, Token token) {
        return new Expression.Constant(value, token.line());
    }

    private static Value number(Token token) {
        String text = token.text();
        if (text.length() > LONGEST_NUMBER) {
            throw new TemplateException(
                    Reason.LIMIT, token.line(), "a number of more than " + LONGEST_NUMBER + " digits");
        }
        if (token.is(Kind.FLOAT)) {
            return new Value.Real(Double.parseDouble(text));
        }
        int radix = text.length() < 2
                ? 10
                : switch (text.charAt(1) | 32) {
                    case 'x' -> 16;
                    case 'o' -> 8;
                    case 'b' -> 2;
                    default -> 10;
                };
        return new Value.Whole(new BigInteger(radix == 10 ? text : text.substring(2), radix));
    }

    /**
     * Expressions separated by commas; one without a comma is itself.
     *
     * @param conditionals whether {@code if} continues an expression
     * @param parentheses whether nothing at all is a tuple too
     * @param end a name that ends the tuple, or null
     */
    Expression tuple(boolean conditionals, boolean parentheses, String end) {
        int line = tokens.line();
        List<Expression> items = new ArrayList<>();
        boolean comma = false;
        while (true) {
            if (!items.isEmpty()) {
                tokens.expectOperator(",");
            }
            Token token = tokens.current();
            if (token.is(Kind.VARIABLE_END)
                    || token.is(Kind.BLOCK_END)
                    || token.isOperator(")")
                    || end != null && token.isName(end)) {
                break;
            }
            items.add(conditionals ? expressions.expression() : expressions.or());
            if (!tokens.current().isOperator(",")) {
                break;
            }
            comma = true;
            line = tokens.line();
        }
        if (!comma) {
            if (!items.isEmpty()) {
                return items.getFirst();
            }
            if (!parentheses) {
                throw tokens.expected("an expression");
            }
        }
        return tree.made(new Expression.TupleLiteral(items, line), items);
    }

    private Expression list() {
        int line = tokens.next().line();
        List<Expression> items = new ArrayList<>();
        while (!tokens.current().isOperator("]")) {
            if (!items.isEmpty()) {
                tokens.expectOperator(",");
                if (tokens.current().isOperator("]")) {
                    break;
                }
            }
            items.add(expressions.expression());
        }
        tokens.expectOperator("]");
        return tree.made(new Expression.ListLiteral(items, line), items);
    }

    private Expression dictionary() {
        int line = tokens.next().line();
        List<Pair> pairs = new ArrayList<>();
        List<Expression> parts = new ArrayList<>();
        while (!tokens.current().isOperator("}")) {
            if (!pairs.isEmpty()) {
                tokens.expectOperator(",");
                if (tokens.current().isOperator("}")) {
                    break;
                }
            }
            Expression key = expressions.expression();
            tokens.expectOperator(":");
            Expression value = expressions.expression();
            pairs.add(new Pair(key, value));
            parts.add(key);
            parts.add(value);
        }
        tokens.expectOperator("}");
        return tree.made(new Expression.DictionaryLiteral(pairs, line), parts);
    }

    Expression postfixes(Expression node) {
        Expression result = node;
        while (true) {
            if (tokens.current().isOperator(".")) {
                result = attribute(result);
            } else if (tokens.current().isOperator("[")) {
                result = subscript(result);
            } else if (tokens.current().isOperator("(")) {
                result = call(result);
            } else {
                return result;
            }
        }
    }

    Expression filtersAndTests(Expression node) {
        Expression result = node;
        while (true) {
            if (tokens.current().isOperator("|")) {
                result = filter(Optional.of(result));
            } else if (tokens.current().isName("is")) {
                result = test(result);
            } else if (tokens.current().isOperator("(")) {
                result = call(result);
            } else {
                return result;
            }
        }
    }

    private Expression attribute(Expression object) {
        int line = tokens.next().line();
        Token name = tokens.next();
        if (name.is(Kind.NAME)) {
            return tree.made(new Expression.Attribute(object, name.text(), line), object);
        }
        if (!name.is(Kind.INTEGER)) {
            throw TemplateException.syntax(
                    name.line(), "expected a name or a number after '.' but found " + name.describe());
        }
        return tree.made(new Expression.Item(object, constant(number(name), name), line), object);
    }

    private Expression subscript(Expression object) {
        int line = tokens.next().line();
        List<Expression> keys = new ArrayList<>();
        Expression slice = null;
        while (!tokens.current().isOperator("]")) {
            if (!keys.isEmpty() || slice != null) {
                tokens.expectOperator(",");
            }
            if (slice != null) {
                throw new TemplateException(Reason.UNSUPPORTED, line, "several slices in one subscript");
            }
            Optional<Expression> start =
                    tokens.current().isOperator(":") ? Optional.empty() : Optional.of(expressions.expression());
            if (!tokens.current().isOperator(":")) {
                keys.add(start.orElseThrow());
            } else if (keys.isEmpty()) {
                slice = slice(object, start, line);
            } else {
                throw new TemplateException(Reason.UNSUPPORTED, line, "a slice beside a key in one subscript");
            }
        }
        tokens.expectOperator("]");
        if (slice != null) {
            return slice;
        }
        Expression key = keys.size() == 1 ? keys.getFirst() : tree.made(new Expression.TupleLiteral(keys, line), keys);
        return tree.made(new Expression.Item(object, key, line), object, key);
    }

    private Expression slice(Expression object, Optional<Expression> start, int line) {
        tokens.expectOperator(":");
        Optional<Expression> stop = bound();
        Optional<Expression> step = tokens.skipOperator(":") ? bound() : Optional.empty();
        Expression.Slice slice = new Expression.Slice(object, start, stop, step, line);
        return tree.made(slice, object, start.orElse(object), stop.orElse(object), step.orElse(object));
    }

    private Optional<Expression> bound() {
        Token token = tokens.current();
        return token.isOperator(":") || token.isOperator("]") || token.isOperator(",")
                ? Optional.empty()
                : Optional.of(expressions.expression());
    }

    Expression call(Expression callee) {
        int line = tokens.line();
        Passed arguments = arguments();
        return tree.made(new Expression.Call(callee, arguments, line), parts(callee, arguments));
    }

    private static List<Expression> parts(Expression first, Passed arguments) {
        List<Expression> parts = new ArrayList<>(arguments.positional());
        parts.add(first);
        arguments.named().forEach(keyword -> parts.add(keyword.value()));
        arguments.star().ifPresent(parts::add);
        arguments.doubleStar().ifPresent(parts::add);
        return parts;
    }

    private Passed arguments() {
        int line = tokens.line();
        tokens.expectOperator("(");
        List<Expression> positional = new ArrayList<>();
        List<Keyword> named = new ArrayList<>();
        Optional<Expression> star = Optional.empty();
        Optional<Expression> doubleStar = Optional.empty();
        boolean comma = false;
        while (!tokens.current().isOperator(")")) {
            if (comma) {
                tokens.expectOperator(",");
                if (tokens.current().isOperator(")")) {
                    break;
                }
            }
            comma = true;
            boolean orderly = doubleStar.isEmpty();
            if (tokens.skipOperator("*")) {
                orderly &= star.isEmpty();
                star = Optional.of(expressions.expression());
            } else if (tokens.skipOperator("**")) {
                doubleStar = Optional.of(expressions.expression());
            } else if (tokens.current().is(Kind.NAME) && tokens.following().isOperator("=")) {
                String name = tokens.next().text();
                tokens.next();
                if (named.stream().anyMatch(keyword -> keyword.name().equals(name))) {
                    throw TemplateException.syntax(line, "the argument '" + name + "' is given twice");
                }
                named.add(new Keyword(name, expressions.expression()));
            } else {
                orderly &= star.isEmpty() && named.isEmpty();
                positional.add(expressions.expression());
            }
            if (!orderly) {
                throw TemplateException.syntax(line, "arguments come in the order: values, named values, *, **");
            }
        }
        tokens.expectOperator(")");
        return new Passed(positional, named, star, doubleStar);
    }

    /** One filter after its bar. */
    private Expression.Filter filter(Optional<Expression> input) {
        tokens.expectOperator("|");
        return filterName(input);
    }

    private Expression.Filter filterName(Optional<Expression> input) {
        int line = tokens.line();
        String name = dotted();
        Passed arguments = tokens.current().isOperator("(") ? arguments() : Passed.NOTHING;
        Expression.Filter filter = new Expression.Filter(input, name, arguments, line);
        List<Expression> parts = new ArrayList<>();
        arguments.positional().forEach(parts::add);
        input.ifPresent(parts::add);
        return tree.made(filter, parts);
    }

    /** The filters of a block; {@code inline} where the first has no bar before it. */
    Optional<Expression.Filter> filters(boolean inline) {
        Optional<Expression.Filter> last = inline ? Optional.of(filterName(Optional.empty())) : Optional.empty();
        while (tokens.current().isOperator("|")) {
            last = Optional.of(filter(last.map(Expression.class::cast)));
        }
        return last;
    }

    private String dotted() {
        StringBuilder name = new StringBuilder(tokens.expect(Kind.NAME).text());
        while (tokens.skipOperator(".")) {
            name.append('.').append(tokens.expect(Kind.NAME).text());
        }
        return name.toString();
    }

    private Expression test(Expression input) {
        int line = tokens.next().line();
        boolean negated = tokens.skipName("not");
        String name = dotted();
        Passed arguments = Passed.NOTHING;
        Token token = tokens.current();
        if (token.isOperator("(")) {
            arguments = arguments();
        } else if (beginsArgument(token)) {
            if (token.isName("is")) {
                throw TemplateException.syntax(token.line(), "tests cannot be chained with 'is'");
            }
            Expression argument = postfixes(primary());
            arguments = new Passed(List.of(argument), List.of(), Optional.empty(), Optional.empty());
        }
        Expression test = tree.made(new Expression.Test(input, name, arguments, line), parts(input, arguments));
        return negated ? tree.made(new Expression.Not(test, line), test) : test;
    }

    private static boolean beginsArgument(Token token) {
        return switch (token.kind()) {
            case NAME -> !ENDS_OF_TEST.contains(token.text());
            case STRING, INTEGER, FLOAT -> true;
            case OPERATOR -> token.text().equals("[") || token.text().equals("{");
            case DATA, VARIABLE_BEGIN, VARIABLE_END, BLOCK_BEGIN, BLOCK_END, END -> false;
        };
    }
}
