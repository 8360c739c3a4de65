package io.finemesh.score.task;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * One document of a task, ready to be asked.
 *
 * @param id place of the document in its data set, from 0
 * @param document the document as it is in the data set
 * @param request what the model is asked
 * @param target what is right, as the task writes it in its records
 */
public record Example(int id, ObjectNode document, Request request, String target) {
    public Example {
        requireNonNull(document, "document is null");
        requireNonNull(request, "request is null");
        requireNonNull(target, "target is null");
    }
}
