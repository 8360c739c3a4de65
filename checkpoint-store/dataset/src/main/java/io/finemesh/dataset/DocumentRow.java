package io.finemesh.dataset;

import com.fasterxml.jackson.databind.JsonNode;
import io.finemesh.checkpoint.json.JsonText;
import io.finemesh.dataset.Row.Document;
import io.finemesh.dataset.Row.Dropped;

/**
 * Rows that are only asked, never trained on: the document of an evaluation task with whatever fields the task reads, such as a question, its choices and the right one. Which fields those are is the task's to say; here a row must be
 * an object with fields, of texts that UTF-8 can express and finite numbers, and no conversation, which has a form of its own.
 */
final class DocumentRow {
    private DocumentRow() {}

    static Row read(JsonNode row) {
        if (row.isEmpty()) {
            return new Dropped(DropReason.EMPTY, "no field");
        }
        if (row.has("messages") || row.has("conversations")) {
            return new Dropped(
                    DropReason.WRONG_FIELD,
                    "a conversation is no document; upload conversations in the form "
                            + (row.has("messages") ? RowFormat.OPENAI : RowFormat.SHAREGPT).wireName());
        }
        if (!isUnicode(row)) {
            return new Dropped(DropReason.NOT_UTF8, "an escape in a text is half of a surrogate pair");
        }
        if (!isFinite(row)) {
            return new Dropped(DropReason.WRONG_FIELD, "a number is not finite, or no number of JSON");
        }
        return new Document(row.toString());
    }

    private static boolean isUnicode(JsonNode node) {
        if (node.isTextual()) {
            return JsonText.isUnicode(node.textValue());
        }
        boolean unicode = true;
        for (var field : node.properties()) {
            unicode &= JsonText.isUnicode(field.getKey()) && isUnicode(field.getValue());
        }
        if (node.isArray()) {
            for (JsonNode element : node) {
                unicode &= isUnicode(element);
            }
        }
        return unicode;
    }

    private static boolean isFinite(JsonNode node) {
        if (node.isBinary() || node.isFloatingPointNumber() && !Double.isFinite(node.doubleValue())) {
            return false;
        }
        for (JsonNode inner : node) {
            if (!isFinite(inner)) {
                return false;
            }
        }
        return true;
    }
}
