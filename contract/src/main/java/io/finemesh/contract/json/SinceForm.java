package io.finemesh.contract.json;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * With which form of its message a field came. A field that is left out of the wire form where it is absent and has no such mark came with form 1; form 0 is
 * the first one. Each form has its own golden file, so that what was once written stays readable.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface SinceForm {
    /** Form of the message, from 2. */
    int value();
}
