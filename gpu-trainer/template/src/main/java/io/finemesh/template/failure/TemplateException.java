package io.finemesh.template.failure;

import java.util.Objects;

/**
 * A template that cannot be compiled or rendered. The message begins with the line where it is known and says what was found; the
 * {@link Reason} says whose fault it is.
 */
public final class TemplateException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Why a template was refused. */
    public enum Reason {
        /** The text is not a template: the grammar is broken. */
        SYNTAX,
        /** A construct of the language that this interpreter does not have. */
        UNSUPPORTED,
        /** Something was done with a value that does not exist. */
        UNDEFINED,
        /** An operation does not fit the type of its value. */
        TYPE,
        /** An operation does not fit its value: an index, a division by zero, a format. */
        VALUE,
        /** The sandbox does not allow it: internals of objects, methods that change values. */
        FORBIDDEN,
        /** A bound of {@code RenderLimits} was reached. */
        LIMIT,
        /** The template itself refused its input through {@code raise_exception}. */
        RAISED,
        /** The text of a conversation does not begin with the text of its first messages, so replies have no known place. */
        NOT_PREFIX_STABLE
    }

    private final Reason reason;
    private final int line;
    private final String detail;

    /**
     * @param reason whose fault it is
     * @param line line in the template, counted from 1; 0 where no line is to blame
     * @param detail what was found and what is allowed
     */
    public TemplateException(Reason reason, int line, String detail) {
        super(line > 0 ? "line " + line + ": " + detail : detail, null, false, false);
        this.reason = Objects.requireNonNull(reason, "reason is null");
        this.line = line;
        this.detail = detail;
    }

    public Reason reason() {
        return reason;
    }

    /** Line in the template, counted from 1; 0 where no line is to blame. */
    public int line() {
        return line;
    }

    /** The message without its line. */
    public String detail() {
        return detail;
    }

    /** The same failure with the line where it happened, if it had none. */
    public TemplateException at(int where) {
        return line > 0 ? this : new TemplateException(reason, where, detail);
    }

    public static TemplateException syntax(int line, String detail) {
        return new TemplateException(Reason.SYNTAX, line, detail);
    }

    public static TemplateException unsupported(String detail) {
        return new TemplateException(Reason.UNSUPPORTED, 0, detail);
    }

    public static TemplateException undefined(String detail) {
        return new TemplateException(Reason.UNDEFINED, 0, detail);
    }

    public static TemplateException type(String detail) {
        return new TemplateException(Reason.TYPE, 0, detail);
    }

    public static TemplateException value(String detail) {
        return new TemplateException(Reason.VALUE, 0, detail);
    }

    public static TemplateException forbidden(String detail) {
        return new TemplateException(Reason.FORBIDDEN, 0, detail);
    }

    public static TemplateException limit(String detail) {
        return new TemplateException(Reason.LIMIT, 0, detail);
    }

    public static TemplateException raised(String detail) {
        return new TemplateException(Reason.RAISED, 0, detail);
    }
}
