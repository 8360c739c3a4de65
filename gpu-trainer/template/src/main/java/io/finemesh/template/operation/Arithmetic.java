package io.finemesh.template.operation;

import io.finemesh.template.failure.TemplateException;
import io.finemesh.template.limit.Budget;
import io.finemesh.template.value.Sequence;
import io.finemesh.template.value.Text;
import io.finemesh.template.value.Undefined;
import io.finemesh.template.value.Value;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;

/** The operators between two values; integers have any size up to the limit, division rounds as Python's does. */
public final class Arithmetic {
    /** An operator of two operands. */
    public enum Operator {
        ADD("+"),
        SUBTRACT("-"),
        MULTIPLY("*"),
        DIVIDE("/"),
        FLOOR_DIVIDE("//"),
        REMAINDER("%"),
        POWER("**");

        private final String symbol;

        Operator(String symbol) {
            this.symbol = symbol;
        }

        /** As it is written. */
        public String symbol() {
            return symbol;
        }
    }

    private Arithmetic() {}

    /** Applies an operator. */
    public static Value apply(Operator operator, Value left, Value right, Budget budget) {
        boolean formats = operator == Operator.REMAINDER && left instanceof Text;
        if (left instanceof Undefined undefined) {
            throw undefined.failure();
        }
        if (!formats && right instanceof Undefined undefined) {
            throw undefined.failure();
        }
        if (formats) {
            return PercentFormat.format((Text) left, right, budget);
        }
        if (Comparison.isNumber(left) && Comparison.isNumber(right)) {
            return numbers(operator, left, right, budget);
        }
        return switch (operator) {
            case ADD -> join(left, right, budget);
            case MULTIPLY -> {
                BigInteger times = Comparison.integer(right);
                if (times != null && (left instanceof Text || left instanceof Sequence)) {
                    yield repeat(left, times, budget);
                }
                times = Comparison.integer(left);
                if (times != null && (right instanceof Text || right instanceof Sequence)) {
                    yield repeat(right, times, budget);
                }
                throw mismatch(operator, left, right);
            }
            case SUBTRACT, DIVIDE, FLOOR_DIVIDE, REMAINDER, POWER -> throw mismatch(operator, left, right);
        };
    }

    private static TemplateException mismatch(Operator operator, Value left, Value right) {
        return TemplateException.type("'" + operator.symbol() + "' between " + TypeName.of(left) + " and "
                + TypeName.of(right) + " has no meaning");
    }

    /** {@code -value}. */
    public static Value negate(Value value, Budget budget) {
        if (value instanceof Undefined undefined) {
            throw undefined.failure();
        }
        BigInteger integer = Comparison.integer(value);
        if (integer != null) {
            return whole(integer.negate(), budget);
        }
        if (value instanceof Value.Real real) {
            return new Value.Real(-real.number());
        }
        throw TemplateException.type("'-' before a value of type " + TypeName.of(value) + " has no meaning");
    }

    /** {@code +value}. */
    public static Value affirm(Value value, Budget budget) {
        if (value instanceof Undefined undefined) {
            throw undefined.failure();
        }
        BigInteger integer = Comparison.integer(value);
        if (integer != null) {
            return whole(integer, budget);
        }
        if (value instanceof Value.Real) {
            return value;
        }
        throw TemplateException.type("'+' before a value of type " + TypeName.of(value) + " has no meaning");
    }

    private static Value join(Value left, Value right, Budget budget) {
        if (left instanceof Text one && right instanceof Text other) {
            boolean markup = one.markup() || other.markup();
            String first = markup && !one.markup() ? Escaping.escape(one.string()) : one.string();
            String second = markup && !other.markup() ? Escaping.escape(other.string()) : other.string();
            budget.text((long) first.length() + second.length());
            return new Text(first + second, markup);
        }
        if (left instanceof Sequence.Array one && right instanceof Sequence.Array other) {
            return Sequence.list(joined(one, other, budget), budget);
        }
        if (left instanceof Sequence.Tuple one && right instanceof Sequence.Tuple other) {
            return Sequence.tuple(joined(one, other, budget), budget);
        }
        throw mismatch(Operator.ADD, left, right);
    }

    private static List<Value> joined(Sequence left, Sequence right, Budget budget) {
        budget.allocate((long) left.items().size() + right.items().size());
        List<Value> items = new ArrayList<>(left.items().size() + right.items().size());
        items.addAll(left.items());
        items.addAll(right.items());
        return items;
    }

    private static Value repeat(Value value, BigInteger times, Budget budget) {
        BigInteger wanted = times.max(BigInteger.ZERO);
        return switch (value) {
            case Text text -> {
                int count = count(wanted, text.string().length(), budget);
                yield new Text(text.string().repeat(count), text.markup());
            }
            case Sequence sequence -> {
                int count = count(wanted, sequence.items().size(), budget);
                List<Value> items = new ArrayList<>(sequence.items().size() * count);
                for (int round = 0; round < count; round++) {
                    items.addAll(sequence.items());
                }
                yield sequence instanceof Sequence.Array ? Sequence.list(items, budget) : Sequence.tuple(items, budget);
            }
            case Value other -> throw mismatch(Operator.MULTIPLY, value, new Value.Whole(times));
        };
    }

    private static int count(BigInteger times, int length, Budget budget) {
        if (length == 0) {
            return 0;
        }
        BigInteger total = times.multiply(BigInteger.valueOf(length));
        if (total.bitLength() > 31) {
            throw TemplateException.limit("repeating a value " + (times.bitLength() > 63 ? "more than 2**63" : times)
                    + " times makes it too long");
        }
        budget.text(total.longValue());
        return times.intValue();
    }

    private static Value numbers(Operator operator, Value left, Value right, Budget budget) {
        BigInteger one = Comparison.integer(left);
        BigInteger other = Comparison.integer(right);
        if (one != null && other != null) {
            return integers(operator, one, other, budget);
        }
        return reals(operator, toDouble(left), toDouble(right));
    }

    private static Value integers(Operator operator, BigInteger left, BigInteger right, Budget budget) {
        return switch (operator) {
            case ADD -> whole(left.add(right), budget);
            case SUBTRACT -> whole(left.subtract(right), budget);
            case MULTIPLY -> {
                checkBits((long) left.bitLength() + right.bitLength() - 1, budget);
                yield whole(left.multiply(right), budget);
            }
            case DIVIDE -> {
                checkDivisor(right.signum() == 0);
                yield new Value.Real(quotient(left, right));
            }
            case FLOOR_DIVIDE -> {
                checkDivisor(right.signum() == 0);
                yield whole(floorDivide(left, right), budget);
            }
            case REMAINDER -> {
                checkDivisor(right.signum() == 0);
                yield whole(left.subtract(floorDivide(left, right).multiply(right)), budget);
            }
            case POWER -> {
                if (right.signum() < 0) {
                    checkDivisor(left.signum() == 0);
                    yield reals(operator, left.doubleValue(), right.doubleValue());
                }
                if (left.abs().bitLength() <= 1) {
                    boolean negative = left.signum() < 0 && right.testBit(0);
                    yield whole(right.signum() == 0 ? BigInteger.ONE : negative ? left : left.abs(), budget);
                }
                if (right.bitLength() > 31) {
                    throw tooLarge(budget);
                }
                checkBits((left.abs().bitLength() - 1L) * right.intValue(), budget);
                yield whole(left.pow(right.intValue()), budget);
            }
        };
    }

    private static void checkBits(long bits, Budget budget) {
        if (bits > budget.limits().integerBits()) {
            throw tooLarge(budget);
        }
    }

    private static TemplateException tooLarge(Budget budget) {
        return TemplateException.limit(
                "an integer of more than " + budget.limits().integerBits() + " bits; more is not allowed");
    }

    /** An integer within the limit. */
    public static Value.Whole whole(BigInteger number, Budget budget) {
        checkBits(number.bitLength(), budget);
        return new Value.Whole(number);
    }

    private static BigInteger floorDivide(BigInteger left, BigInteger right) {
        BigInteger[] parts = left.divideAndRemainder(right);
        return parts[1].signum() != 0 && parts[1].signum() != right.signum()
                ? parts[0].subtract(BigInteger.ONE)
                : parts[0];
    }

    /** Correctly rounded: exact in double where both fit, else through 40 digits. */
    private static double quotient(BigInteger left, BigInteger right) {
        if (left.bitLength() <= 53 && right.bitLength() <= 53) {
            return left.doubleValue() / right.doubleValue();
        }
        double result = new BigDecimal(left)
                .divide(new BigDecimal(right), new MathContext(40))
                .doubleValue();
        if (Double.isInfinite(result)) {
            throw TemplateException.value("the quotient of two integers is too large for a float");
        }
        return result;
    }

    private static Value reals(Operator operator, double left, double right) {
        return new Value.Real(
                switch (operator) {
                    case ADD -> left + right;
                    case SUBTRACT -> left - right;
                    case MULTIPLY -> left * right;
                    case DIVIDE -> {
                        checkDivisor(right == 0);
                        yield left / right;
                    }
                    case FLOOR_DIVIDE -> {
                        checkDivisor(right == 0);
                        double remainder = remainder(left, right);
                        double quotient = (left - remainder) / right;
                        double floor = Math.floor(quotient);
                        yield quotient == 0
                                ? Math.copySign(0.0, left / right)
                                : quotient - floor > 0.5 ? floor + 1 : floor;
                    }
                    case REMAINDER -> {
                        checkDivisor(right == 0);
                        yield remainder(left, right);
                    }
                    case POWER -> {
                        if (left == 0 && right < 0) {
                            throw TemplateException.value("0.0 cannot be raised to a negative power");
                        }
                        if (left < 0 && right != Math.rint(right) && Double.isFinite(left) && Double.isFinite(right)) {
                            throw TemplateException.unsupported(
                                    "a negative number to a broken power is a complex number");
                        }
                        double power = left == 1 ? 1 : Math.pow(left, right);
                        if (Double.isInfinite(power) && Double.isFinite(left) && Double.isFinite(right)) {
                            throw TemplateException.value("the power is too large for a float");
                        }
                        yield power;
                    }
                });
    }

    /** The remainder with the sign of the divisor. */
    private static double remainder(double left, double right) {
        double remainder = left % right;
        if (remainder == 0) {
            return Math.copySign(0.0, right);
        }
        return (remainder < 0) == (right < 0) ? remainder : remainder + right;
    }

    private static void checkDivisor(boolean zero) {
        if (zero) {
            throw TemplateException.value("division by zero");
        }
    }

    /** A number as binary64. */
    public static double toDouble(Value number) {
        BigInteger integer = Comparison.integer(number);
        if (integer == null) {
            return ((Value.Real) number).number();
        }
        double real = integer.doubleValue();
        if (Double.isInfinite(real)) {
            throw TemplateException.value("the integer is too large for a float");
        }
        return real;
    }
}
