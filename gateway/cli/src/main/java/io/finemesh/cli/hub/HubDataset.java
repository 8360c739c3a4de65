package io.finemesh.cli.hub;

import io.finemesh.cli.hub.HubException.Reason;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A part of a data set on a hub: {@code hub:OWNER/NAME[@REVISION][:SPLIT]}.
 *
 * @param owner whose it is
 * @param name its name
 * @param revision branch, tag or commit; empty = the main branch
 * @param split which of its files: {@code train}, {@code main/test}, or a file's path without its ending; empty where there is only one
 */
public record HubDataset(String owner, String name, Optional<String> revision, Optional<String> split) {
    /** What every id begins with. */
    public static final String SCHEME = "hub:";

    private static final String WORD = "[A-Za-z0-9][A-Za-z0-9._-]{0,95}";
    private static final Pattern ID = Pattern.compile(
            "hub:(" + WORD + ")/(" + WORD + ")(?:@(" + WORD + "))?(?::(" + WORD + "(?:/" + WORD + "){0,7}))?");

    /** Whether text is meant as an id. */
    public static boolean isMeant(String text) {
        return text.startsWith(SCHEME);
    }

    /** Reads an id. */
    public static HubDataset parse(String text) throws HubException {
        Matcher matcher = ID.matcher(text);
        if (!matcher.matches() || text.contains("..")) {
            throw new HubException(
                    Reason.MALFORMED,
                    "\"" + text + "\" is not hub:OWNER/NAME[@REVISION][:SPLIT], such as hub:openai/gsm8k:main/test");
        }
        return new HubDataset(
                matcher.group(1),
                matcher.group(2),
                Optional.ofNullable(matcher.group(3)),
                Optional.ofNullable(matcher.group(4)));
    }

    @Override
    public String toString() {
        return SCHEME + owner + "/" + name + revision.map(word -> "@" + word).orElse("")
                + split.map(part -> ":" + part).orElse("");
    }
}
