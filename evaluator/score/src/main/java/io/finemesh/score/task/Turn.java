package io.finemesh.score.task;

import static java.util.Objects.requireNonNull;

/**
 * One turn of a prompt.
 *
 * @param speaker who says it
 * @param content what is said
 * @param delimiter what follows it in plain text; not a part of a chat message
 */
public record Turn(Speaker speaker, String content, String delimiter) {
    public Turn {
        requireNonNull(speaker, "speaker is null");
        requireNonNull(content, "content is null");
        requireNonNull(delimiter, "delimiter is null");
    }
}
