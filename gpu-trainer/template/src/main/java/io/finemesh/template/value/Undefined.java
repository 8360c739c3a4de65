package io.finemesh.template.value;

import io.finemesh.template.failure.TemplateException;
import io.finemesh.template.failure.TemplateException.Reason;

/**
 * What a name or an attribute that does not exist evaluates to: it prints as nothing, is false and has no elements; any other use fails
 * with its message.
 *
 * @param message what does not exist
 * @param reason UNDEFINED, or FORBIDDEN where the sandbox hides something that does exist
 */
public record Undefined(String message, Reason reason) implements Value {
    public static Undefined because(String message) {
        return new Undefined(message, Reason.UNDEFINED);
    }

    public static Undefined name(String name) {
        return because("'" + name + "' is undefined");
    }

    public static Undefined hidden(String message) {
        return new Undefined(message, Reason.FORBIDDEN);
    }

    /** The failure of a use that needs a value. */
    public TemplateException failure() {
        return new TemplateException(reason, 0, message);
    }
}
