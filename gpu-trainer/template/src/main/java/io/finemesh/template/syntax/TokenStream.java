package io.finemesh.template.syntax;

import io.finemesh.template.failure.TemplateException;
import io.finemesh.template.syntax.Token.Kind;
import java.util.List;

/** The tokens of a template, read from front to back. */
final class TokenStream {
    private final List<Token> tokens;
    private int at;

    TokenStream(List<Token> tokens) {
        this.tokens = tokens;
    }

    Token current() {
        return tokens.get(at);
    }

    Token following() {
        return tokens.get(Math.min(at + 1, tokens.size() - 1));
    }

    int line() {
        return current().line();
    }

    Token next() {
        Token token = current();
        if (!token.is(Kind.END)) {
            at++;
        }
        return token;
    }

    boolean skipName(String name) {
        if (current().isName(name)) {
            at++;
            return true;
        }
        return false;
    }

    boolean skipOperator(String operator) {
        if (current().isOperator(operator)) {
            at++;
            return true;
        }
        return false;
    }

    Token expect(Kind kind) {
        if (!current().is(kind)) {
            throw expected(kind.description());
        }
        return next();
    }

    void expectName(String name) {
        if (!skipName(name)) {
            throw expected("'" + name + "'");
        }
    }

    void expectOperator(String operator) {
        if (!skipOperator(operator)) {
            throw expected("'" + operator + "'");
        }
    }

    TemplateException expected(String what) {
        return TemplateException.syntax(
                line(), "expected " + what + " but found " + current().describe());
    }
}
