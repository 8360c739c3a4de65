/**
 * The closed set of values a template can hold: {@link io.finemesh.template.value.Value}, its texts, sequences and dictionaries, and the
 * interpreter's own {@link io.finemesh.template.value.Callable callables} with their {@link io.finemesh.template.value.Arguments}.
 */
package io.finemesh.template.value;
