package io.finemesh.store.growth;

import io.finemesh.checkpoint.json.JsonText;
import java.nio.charset.StandardCharsets;

/** A row that was not taken, or was taken away, as it is kept: one JSON object a line. */
final class QuarantinedRow {
    private QuarantinedRow() {}

    /**
     * @param number line or record of its request, from 1
     * @param reason why, as data
     * @param detail why, for people
     * @param text the row as it came
     */
    static byte[] line(long number, String reason, String detail, String text) {
        StringBuilder json = new StringBuilder("{\"number\":").append(number).append(",\"reason\":");
        JsonText.quote(json, reason);
        json.append(",\"detail\":");
        JsonText.quote(json, detail);
        json.append(",\"row\":");
        JsonText.quote(json, unicode(text));
        return json.append("}\n").toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Half a surrogate pair has no UTF-8 form. */
    private static String unicode(String text) {
        return JsonText.isUnicode(text)
                ? text
                : new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    }
}
