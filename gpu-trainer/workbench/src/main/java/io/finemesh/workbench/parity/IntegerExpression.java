package io.finemesh.workbench.parity;

import java.util.Map;

/**
 * Integer arithmetic as batch formulas write it: {@code + - * // / % mod}, powers by {@code **} or {@code ^}, parentheses, whole numbers and variables. Division
 * and remainder round down, as in Python; {@code /} must leave no remainder.
 */
final class IntegerExpression {
    private static final int DEEPEST = 100;

    private final String text;
    private final Map<String, Long> variables;
    private int at;
    private int depth;

    private IntegerExpression(String text, Map<String, Long> variables) {
        this.text = text;
        this.variables = variables;
    }

    /**
     * The value of an expression.
     *
     * @throws ParityException if it is not such an expression, has an unknown variable, or leaves 64 bits
     */
    static long evaluate(String text, Map<String, Long> variables) {
        IntegerExpression expression = new IntegerExpression(text, variables);
        try {
            long value = expression.sum();
            expression.skipBlanks();
            if (expression.at < text.length()) {
                throw expression.problem("an operator");
            }
            return value;
        } catch (ArithmeticException e) {
            throw new ParityException("formula \"" + text + "\": " + e.getMessage());
        }
    }

    private void descend() {
        if (++depth > DEEPEST) {
            throw new ParityException("a formula is nested deeper than " + DEEPEST);
        }
    }

    private long sum() {
        descend();
        long value = product();
        while (true) {
            if (take("+")) {
                value = Math.addExact(value, product());
            } else if (take("-")) {
                value = Math.subtractExact(value, product());
            } else {
                depth--;
                return value;
            }
        }
    }

    private long product() {
        long value = signed();
        while (true) {
            if (take("//")) {
                value = Math.floorDiv(value, signed());
            } else if (take("%") || take("mod")) {
                value = Math.floorMod(value, signed());
            } else if (take("/")) {
                long divisor = signed();
                if (Math.floorMod(value, divisor) != 0) {
                    throw problem("a division without remainder; // rounds down");
                }
                value /= divisor;
            } else if (!next("**") && take("*")) {
                value = Math.multiplyExact(value, signed());
            } else {
                return value;
            }
        }
    }

    private long signed() {
        boolean negative = false;
        while (take("-")) {
            negative = !negative;
        }
        long value = power();
        return negative ? Math.negateExact(value) : value;
    }

    private long power() {
        long base = atom();
        if (!take("**") && !take("^")) {
            return base;
        }
        descend();
        long exponent = signed();
        depth--;
        if (exponent < 0 || exponent > 64) {
            throw problem("an exponent from 0 to 64");
        }
        long value = 1;
        for (long i = 0; i < exponent; i++) {
            value = Math.multiplyExact(value, base);
        }
        return value;
    }

    private long atom() {
        if (take("(")) {
            long value = sum();
            if (!take(")")) {
                throw problem(")");
            }
            return value;
        }
        skipBlanks();
        int from = at;
        while (at < text.length() && Character.isLetterOrDigit(text.charAt(at))) {
            at++;
        }
        String word = text.substring(from, at);
        if (word.matches("[0-9]{1,18}")) {
            return Long.parseLong(word);
        }
        Long value = variables.get(word);
        if (value == null) {
            at = from;
            throw problem("a whole number, ( or one of " + variables.keySet());
        }
        return value;
    }

    private boolean next(String symbol) {
        skipBlanks();
        return text.startsWith(symbol, at);
    }

    private boolean take(String symbol) {
        if (!next(symbol)) {
            return false;
        }
        at += symbol.length();
        return true;
    }

    private void skipBlanks() {
        while (at < text.length() && text.charAt(at) == ' ') {
            at++;
        }
    }

    private ParityException problem(String allowed) {
        return new ParityException("formula \"" + text + "\": expected " + allowed + " at \""
                + text.substring(Math.min(at, text.length())) + "\"");
    }
}
