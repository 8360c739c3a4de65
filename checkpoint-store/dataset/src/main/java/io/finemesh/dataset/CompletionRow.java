package io.finemesh.dataset;

import com.fasterxml.jackson.databind.JsonNode;
import io.finemesh.checkpoint.json.JsonText;
import io.finemesh.dataset.Row.Dropped;
import io.finemesh.dataset.Row.Kept;
import io.finemesh.dataset.Turn.Role;
import java.util.List;
import java.util.Optional;

/**
 * Rows of one {@code text} that is learned from its first character: a conversation in which nobody asks. Under the plain template that is
 * the text and the end-of-text token, all of it labelled.
 */
final class CompletionRow {
    private static final String TEXT = "text";

    private CompletionRow() {}

    static Row read(JsonNode row) {
        if (row.isEmpty()) {
            return new Dropped(DropReason.EMPTY, "no field");
        }
        JsonNode text = row.path(TEXT);
        if (!text.isTextual()) {
            return new Dropped(DropReason.WRONG_FIELD, TEXT + " is " + (text.isMissingNode() ? "missing" : "not text"));
        }
        if (!JsonText.isUnicode(text.textValue())) {
            return new Dropped(DropReason.NOT_UTF8, "an escape in a text is half of a surrogate pair");
        }
        if (text.textValue().isBlank()) {
            return new Dropped(DropReason.EMPTY, TEXT + " has no text");
        }
        return new Kept(List.of(new Turn(Role.ASSISTANT, text.textValue())), Optional.empty());
    }
}
