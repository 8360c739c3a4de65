package io.finemesh.gateway.admission;

import java.util.Optional;

/** Data that lies where the gateway does not look: on a hub, or on the disk of whoever asks. The command line uploads both before it asks. */
public final class Elsewhere {
    private static final String HUB = "hub:";
    private static final int LONGEST = 200;

    private Elsewhere() {}

    /**
     * What is to be done about text in the place of a data set's name.
     *
     * @param verb what makes or feeds the data set: {@code upload} or {@code append}
     * @return empty where it is neither an id on a hub nor a path
     */
    public static Optional<String> advice(String text, String verb) {
        String shown = text.replaceAll("\\p{Cntrl}+", " ");
        String named = shown.length() <= LONGEST ? shown : shown.substring(0, LONGEST) + "...";
        if (text.startsWith(HUB)) {
            return Optional.of("an id on a hub, from which the gateway fetches nothing: './finemesh datasets " + verb
                    + " NAME --from " + named + "' does, and NAME is then a data set");
        }
        if (text.indexOf('/') >= 0) {
            return Optional.of("a path, and the gateway reads no files: './finemesh datasets " + verb + " NAME " + named
                    + "' does, and NAME is then a data set");
        }
        return Optional.empty();
    }
}
