package io.finemesh.template.syntax;

import io.finemesh.template.failure.TemplateException;
import io.finemesh.template.failure.TemplateException.Reason;
import io.finemesh.template.operation.Arithmetic.Operator;
import io.finemesh.template.syntax.Expression.Comparand;
import io.finemesh.template.syntax.Expression.Relation;
import io.finemesh.template.syntax.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The grammar of expressions, loosest binding first: conditional, or, and, not, comparisons, sums, {@code ~}, products, powers, signs,
 * then postfixes, filters and tests.
 */
final class ExpressionParser {
    private static final int DEEPEST_BRACKETS = 100;
    private static final Map<String, Relation> RELATIONS = Map.of(
            "==", Relation.EQUAL,
            "!=", Relation.UNEQUAL,
            "<", Relation.LESS,
            "<=", Relation.AT_MOST,
            ">", Relation.GREATER,
            ">=", Relation.AT_LEAST);

    private final TokenStream tokens;
    private final TreeDepth tree = new TreeDepth();
    private final OperandParser operands;
    private int brackets;

    ExpressionParser(TokenStream tokens) {
        this.tokens = tokens;
        this.operands = new OperandParser(tokens, this, tree);
    }

    /** Expressions separated by commas; see {@link OperandParser#tuple}. */
    Expression tuple(boolean conditionals, boolean parentheses, String end) {
        return operands.tuple(conditionals, parentheses, end);
    }

    /** The filters of a block; see {@link OperandParser#filters}. */
    Optional<Expression.Filter> filters(boolean inline) {
        return operands.filters(inline);
    }

    Expression expression() {
        if (++brackets > DEEPEST_BRACKETS) {
            throw new TemplateException(
                    Reason.LIMIT,
                    tokens.line(),
                    "an expression nests deeper than " + DEEPEST_BRACKETS + " levels of brackets");
        }
        Expression result = conditional();
        brackets--;
        return result;
    }

    private Expression conditional() {
        int line = tokens.line();
        Expression then = or();
        while (tokens.skipName("if")) {
            Expression test = or();
            Optional<Expression> otherwise = tokens.skipName("else") ? Optional.of(expression()) : Optional.empty();
            then = tree.made(
                    new Expression.Conditional(test, then, otherwise, line), test, then, otherwise.orElse(then));
            line = tokens.line();
        }
        return then;
    }

    Expression or() {
        int line = tokens.line();
        Expression left = and();
        while (tokens.skipName("or")) {
            Expression right = and();
            left = tree.made(new Expression.Or(left, right, line), left, right);
            line = tokens.line();
        }
        return left;
    }

    private Expression and() {
        int line = tokens.line();
        Expression left = not();
        while (tokens.skipName("and")) {
            Expression right = not();
            left = tree.made(new Expression.And(left, right, line), left, right);
            line = tokens.line();
        }
        return left;
    }

    private Expression not() {
        List<Integer> lines = new ArrayList<>();
        while (tokens.current().isName("not")) {
            lines.add(tokens.next().line());
        }
        Expression operand = comparison();
        for (int line : lines.reversed()) {
            operand = tree.made(new Expression.Not(operand, line), operand);
        }
        return operand;
    }

    private Expression comparison() {
        int line = tokens.line();
        Expression first = sum();
        List<Comparand> rest = new ArrayList<>();
        while (true) {
            Relation relation = relation();
            if (relation == null) {
                break;
            }
            rest.add(new Comparand(relation, sum()));
        }
        if (rest.isEmpty()) {
            return first;
        }
        List<Expression> parts =
                new ArrayList<>(rest.stream().map(Comparand::operand).toList());
        parts.add(first);
        return tree.made(new Expression.Compare(first, rest, line), parts);
    }

    private Relation relation() {
        Token token = tokens.current();
        if (token.is(Kind.OPERATOR)) {
            Relation relation = RELATIONS.get(token.text());
            if (relation != null) {
                tokens.next();
            }
            return relation;
        }
        if (tokens.skipName("in")) {
            return Relation.IN;
        }
        if (token.isName("not") && tokens.following().isName("in")) {
            tokens.next();
            tokens.next();
            return Relation.NOT_IN;
        }
        return null;
    }

    private Expression sum() {
        int line = tokens.line();
        Expression left = concatenation();
        while (tokens.current().isOperator("+") || tokens.current().isOperator("-")) {
            Operator operator = tokens.next().text().equals("+") ? Operator.ADD : Operator.SUBTRACT;
            Expression right = concatenation();
            left = tree.made(new Expression.Binary(operator, left, right, line), left, right);
            line = tokens.line();
        }
        return left;
    }

    private Expression concatenation() {
        int line = tokens.line();
        List<Expression> parts = new ArrayList<>(List.of(product()));
        while (tokens.skipOperator("~")) {
            parts.add(product());
        }
        return parts.size() == 1 ? parts.getFirst() : tree.made(new Expression.Concatenation(parts, line), parts);
    }

    private Expression product() {
        int line = tokens.line();
        Expression left = power();
        while (true) {
            Operator operator = productOperator();
            if (operator == null) {
                return left;
            }
            Expression right = power();
            left = tree.made(new Expression.Binary(operator, left, right, line), left, right);
            line = tokens.line();
        }
    }

    private Operator productOperator() {
        if (!tokens.current().is(Kind.OPERATOR)) {
            return null;
        }
        Operator operator =
                switch (tokens.current().text()) {
                    case "*" -> Operator.MULTIPLY;
                    case "/" -> Operator.DIVIDE;
                    case "//" -> Operator.FLOOR_DIVIDE;
                    case "%" -> Operator.REMAINDER;
                    default -> null;
                };
        if (operator != null) {
            tokens.next();
        }
        return operator;
    }

    private Expression power() {
        int line = tokens.line();
        Expression left = signed(true);
        while (tokens.skipOperator("**")) {
            Expression right = signed(true);
            left = tree.made(new Expression.Binary(Operator.POWER, left, right, line), left, right);
            line = tokens.line();
        }
        return left;
    }

    /** A sign binds tighter than a filter: {@code -x|abs} is {@code (-x)|abs}. */
    private Expression signed(boolean withFilters) {
        List<Token> signs = new ArrayList<>();
        while (tokens.current().isOperator("-") || tokens.current().isOperator("+")) {
            signs.add(tokens.next());
        }
        Expression node = operands.postfixes(operands.primary());
        for (Token sign : signs.reversed()) {
            node = tree.made(new Expression.Signed(sign.text().equals("-"), node, sign.line()), node);
        }
        return withFilters ? operands.filtersAndTests(node) : node;
    }
}
