package io.finemesh.template.syntax;

import io.finemesh.template.failure.TemplateException;
import io.finemesh.template.failure.TemplateException.Reason;
import io.finemesh.template.limit.RenderLimits;
import io.finemesh.template.syntax.Statement.Branch;
import io.finemesh.template.syntax.Statement.Signature;
import io.finemesh.template.syntax.Token.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The grammar of statements: the language itself, loop controls, and the field's {@code generation} block. */
public final class Parser {
    private static final int DEEPEST = 80;

    private final TokenStream tokens;
    private final ExpressionParser expressions;
    private final Deque<String> open = new ArrayDeque<>();
    private final Set<String> blocks = new java.util.HashSet<>();
    private int loops;

    private Parser(List<Token> tokens) {
        this.tokens = new TokenStream(tokens);
        this.expressions = new ExpressionParser(this.tokens);
    }

    /**
     * The statements of a template.
     *
     * @throws TemplateException where the text breaks the grammar or is too long
     */
    public static List<Statement> parse(String source, RenderLimits limits) {
        if (source.length() > limits.sourceCharacters()) {
            throw TemplateException.limit("the template has " + source.length() + " characters; at most "
                    + limits.sourceCharacters() + " are allowed");
        }
        Parser parser = new Parser(Lexer.tokenize(source));
        List<Statement> statements = parser.statements(Set.of());
        return statements;
    }

    /** Statements up to a tag of one of these names, which becomes the current token, or up to the end. */
    private List<Statement> statements(Set<String> ends) {
        List<Statement> body = new ArrayList<>();
        while (true) {
            Token token = tokens.next();
            switch (token.kind()) {
                case DATA -> body.add(new Statement.Data(token.text(), token.line()));
                case VARIABLE_BEGIN -> {
                    Expression value = expressions.tuple(true, false, null);
                    body.add(new Statement.Output(List.of(value), token.line()));
                    tokens.expect(Kind.VARIABLE_END);
                }
                case BLOCK_BEGIN -> {
                    Token tag = tokens.current();
                    if (tag.is(Kind.NAME) && ends.contains(tag.text())) {
                        return body;
                    }
                    body.add(statement());
                    tokens.expect(Kind.BLOCK_END);
                }
                case END -> {
                    if (ends.isEmpty()) {
                        return body;
                    }
                    throw TemplateException.syntax(
                            token.line(), "the template ends, but '" + open.peek() + "' is not closed");
                }
                case VARIABLE_END, BLOCK_END, NAME, STRING, INTEGER, FLOAT, OPERATOR ->
                    throw new IllegalStateException("the lexer left a tag open at line " + token.line());
            }
        }
    }

    private Statement statement() {
        Token tag = tokens.current();
        if (!tag.is(Kind.NAME)) {
            throw tokens.expected("the name of a tag");
        }
        open.push(tag.text());
        if (open.size() > DEEPEST) {
            throw new TemplateException(Reason.LIMIT, tag.line(), "blocks nest deeper than " + DEEPEST + " levels");
        }
        tokens.next();
        Statement statement =
                switch (tag.text()) {
                    case "for" -> forLoop(tag.line());
                    case "if" -> ifElse(tag.line());
                    case "set" -> set(tag.line());
                    case "macro" -> macro(tag.line());
                    case "call" -> callBlock(tag.line());
                    case "filter" -> filterBlock(tag.line());
                    case "with" -> with(tag.line());
                    case "print" -> print(tag.line());
                    case "block" -> block(tag.line());
                    case "autoescape" -> autoescape(tag.line());
                    case "generation" -> generation(tag.line());
                    case "break", "continue" -> control(tag);
                    case "extends", "include", "import", "from" -> otherTemplate(tag);
                    default -> throw unknown(tag);
                };
        open.pop();
        return statement;
    }

    private TemplateException unknown(Token tag) {
        open.pop();
        String inside = open.isEmpty() ? "" : "; the innermost open tag is '" + open.peek() + "'";
        return TemplateException.syntax(tag.line(), "unknown tag '" + tag.text() + "'" + inside);
    }

    /** The rest of a tag, then the statements up to the closing tag, which is dropped. */
    private List<Statement> body(String end) {
        List<Statement> body = open(end);
        tokens.next();
        return body;
    }

    /** The rest of a tag, then the statements up to one of these tags, which becomes current. */
    private List<Statement> open(String... ends) {
        tokens.skipOperator(":");
        tokens.expect(Kind.BLOCK_END);
        return statements(Set.of(ends));
    }

    private Statement forLoop(int line) {
        Target target = targets("in", false);
        tokens.expectName("in");
        Expression over = expressions.tuple(false, false, "recursive");
        Optional<Expression> filter = tokens.skipName("if") ? Optional.of(expressions.expression()) : Optional.empty();
        boolean recursive = tokens.skipName("recursive");
        loops++;
        List<Statement> body = open("endfor", "else");
        loops--;
        List<Statement> otherwise = tokens.next().text().equals("else") ? body("endfor") : List.of();
        if (names(target).contains("loop")) {
            throw TemplateException.syntax(line, "'loop' is the loop itself and cannot be its variable");
        }
        return new Statement.For(target, over, filter, recursive, body, otherwise, line);
    }

    private Statement ifElse(int line) {
        List<Branch> branches = new ArrayList<>();
        List<Statement> otherwise = List.of();
        String end;
        do {
            Expression test = expressions.tuple(false, false, null);
            branches.add(new Branch(test, open("elif", "else", "endif")));
            end = tokens.next().text();
            if (end.equals("else")) {
                otherwise = body("endif");
            }
        } while (end.equals("elif"));
        return new Statement.If(branches, otherwise, line);
    }

    private Statement set(int line) {
        Target target = targets(null, true);
        if (tokens.skipOperator("=")) {
            return new Statement.Assignment(target, expressions.tuple(true, false, null), line);
        }
        Optional<Expression.Filter> filter = expressions.filters(false);
        return new Statement.Capture(target, filter, body("endset"), line);
    }

    private Statement macro(int line) {
        String name = variable();
        Signature signature = signature();
        return new Statement.Macro(name, signature, function("endmacro"), line);
    }

    /** The body of something that is called: loops around it cannot be left from inside. */
    private List<Statement> function(String end) {
        int outside = loops;
        loops = 0;
        List<Statement> body = body(end);
        loops = outside;
        return body;
    }

    private Statement callBlock(int line) {
        Signature signature = tokens.current().isOperator("(") ? signature() : Signature.EMPTY;
        if (!(expressions.expression() instanceof Expression.Call call)) {
            throw TemplateException.syntax(line, "'call' needs a call, such as {% call name() %}");
        }
        return new Statement.CallBlock(call, signature, function("endcall"), line);
    }

    private Statement filterBlock(int line) {
        return new Statement.FilterBlock(expressions.filters(true).orElseThrow(), body("endfilter"), line);
    }

    private Statement with(int line) {
        List<Target> targets = new ArrayList<>();
        List<Expression> values = new ArrayList<>();
        while (!tokens.current().is(Kind.BLOCK_END) && !tokens.current().isOperator(":")) {
            if (!targets.isEmpty()) {
                tokens.expectOperator(",");
            }
            targets.add(new Target.Variable(variable()));
            tokens.expectOperator("=");
            values.add(expressions.expression());
        }
        return new Statement.With(targets, values, body("endwith"), line);
    }

    private Statement print(int line) {
        List<Expression> values = new ArrayList<>();
        while (!tokens.current().is(Kind.BLOCK_END)) {
            if (!values.isEmpty()) {
                tokens.expectOperator(",");
            }
            values.add(expressions.expression());
        }
        return new Statement.Output(values, line);
    }

    private Statement block(int line) {
        String name = tokens.expect(Kind.NAME).text();
        if (!blocks.add(name)) {
            throw TemplateException.syntax(line, "the block '" + name + "' is defined twice");
        }
        boolean scoped = tokens.skipName("scoped");
        boolean required = tokens.skipName("required");
        List<Statement> body = function("endblock");
        tokens.skipName(name);
        return new Statement.Block(name, scoped, required, body, line);
    }

    private Statement autoescape(int line) {
        Expression condition = expressions.expression();
        return new Statement.Autoescape(condition, body("endautoescape"), line);
    }

    private Statement generation(int line) {
        return new Statement.Generation(function("endgeneration"), line);
    }

    private Statement control(Token tag) {
        if (loops == 0) {
            throw TemplateException.syntax(tag.line(), "'" + tag.text() + "' is only allowed in a loop");
        }
        return tag.text().equals("break") ? new Statement.Break(tag.line()) : new Statement.Continue(tag.line());
    }

    private Statement otherTemplate(Token tag) {
        while (!tokens.current().is(Kind.BLOCK_END) && !tokens.current().is(Kind.END)) {
            tokens.next();
        }
        return new Statement.OtherTemplate(tag.text(), tag.line());
    }

    private Signature signature() {
        List<String> names = new ArrayList<>();
        List<Expression> defaults = new ArrayList<>();
        tokens.expectOperator("(");
        while (!tokens.current().isOperator(")")) {
            if (!names.isEmpty()) {
                tokens.expectOperator(",");
            }
            int line = tokens.line();
            String name = variable();
            if (names.contains(name)) {
                throw TemplateException.syntax(line, "the parameter '" + name + "' is there twice");
            }
            names.add(name);
            if (tokens.skipOperator("=")) {
                defaults.add(expressions.expression());
            } else if (!defaults.isEmpty()) {
                throw TemplateException.syntax(line, "a parameter without a default follows one with a default");
            }
        }
        tokens.expectOperator(")");
        return new Signature(names, defaults);
    }

    private String variable() {
        Token token = tokens.expect(Kind.NAME);
        return assignable(token);
    }

    private static String assignable(Token token) {
        if (Set.of("true", "false", "none", "True", "False", "None").contains(token.text())) {
            throw TemplateException.syntax(token.line(), "'" + token.text() + "' cannot be assigned to");
        }
        return token.text();
    }

    /** One target, or several with commas between them. */
    private Target targets(String end, boolean namespaces) {
        List<Target> targets = new ArrayList<>();
        boolean comma = false;
        do {
            if (!targets.isEmpty()) {
                comma = true;
                if (end != null && tokens.current().isName(end)
                        || !tokens.current().is(Kind.NAME) && !tokens.current().isOperator("(")) {
                    break;
                }
            }
            targets.add(target(namespaces));
        } while (tokens.skipOperator(","));
        return comma || targets.size() > 1 ? new Target.Several(targets) : targets.getFirst();
    }

    private Target target(boolean namespaces) {
        if (tokens.skipOperator("(")) {
            Target inner = targets(null, false);
            tokens.expectOperator(")");
            return inner;
        }
        Token token = tokens.expect(Kind.NAME);
        if (namespaces && tokens.skipOperator(".")) {
            return new Target.NamespaceAttribute(
                    token.text(), tokens.expect(Kind.NAME).text());
        }
        return new Target.Variable(assignable(token));
    }

    private static List<String> names(Target target) {
        return switch (target) {
            case Target.Variable variable -> List.of(variable.name());
            case Target.NamespaceAttribute attribute -> List.of();
            case Target.Several several ->
                several.targets().stream()
                        .flatMap(inner -> names(inner).stream())
                        .toList();
        };
    }
}
