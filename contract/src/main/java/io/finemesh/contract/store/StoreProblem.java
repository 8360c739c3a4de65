package io.finemesh.contract.store;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * An error the store answers with, RFC 9457 members that its callers read.
 *
 * @param type stable URI of the kind of problem
 * @param title the kind in words
 * @param status HTTP status
 * @param detail what was found, what is allowed, what to do
 * @param errors every single problem
 */
public record StoreProblem(String type, String title, int status, String detail, List<String> errors) {
    public StoreProblem {
        requireNonNull(type, "type is null");
        requireNonNull(title, "title is null");
        requireNonNull(detail, "detail is null");
        errors = List.copyOf(errors);
    }
}
