package io.finemesh.template.value;

import io.finemesh.template.failure.TemplateException;
import java.math.BigInteger;

/**
 * A value a template can hold. The set is closed over data and the interpreter's own callables: nothing of the Java platform can be
 * reached through one. Semantics are those of the Python values that the field's renderer works on.
 */
public sealed interface Value
        permits Undefined,
                Value.None,
                Value.Truth,
                Value.Whole,
                Value.Real,
                Text,
                Sequence,
                Dictionary,
                DictionaryView,
                Range,
                Generator,
                Namespace,
                Callable,
                Attributed {

    /** Values in the full expansion of this one, itself included, and characters / 64; comparing and printing cost this much. */
    default long weight() {
        return 1;
    }

    /** Levels of collections below this value. */
    default int nesting() {
        return 0;
    }

    /** {@code None}. */
    enum None implements Value {
        NONE
    }

    /** {@code True} and {@code False}. */
    enum Truth implements Value {
        FALSE,
        TRUE;

        /** The value of a condition. */
        public static Truth of(boolean condition) {
            return condition ? TRUE : FALSE;
        }
    }

    /** An integer of any size that the limits allow. */
    record Whole(BigInteger number) implements Value {
        public static Whole of(long number) {
            return new Whole(BigInteger.valueOf(number));
        }

        /** The number where an index or a count is needed. */
        public int index(String what) {
            if (number.bitLength() > 31) {
                throw TemplateException.value(what + " is " + number + ", too large");
            }
            return number.intValue();
        }
    }

    /** A binary64 number. */
    record Real(double number) implements Value {}
}
