package io.finemesh.demo;

import java.io.PrintStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/** Prints what happens, each line with the seconds since the start. */
final class Timeline {
    private static final String BLANK = " ".repeat(11);

    private final PrintStream out;
    private final Clock clock;
    private final Instant start;

    Timeline(PrintStream out, Clock clock) {
        this.out = out;
        this.clock = clock;
        this.start = clock.instant();
    }

    /** What a line of this moment begins with. */
    String stamp() {
        return String.format(Locale.ROOT, "[%6.1f s] ", elapsed().toMillis() / 1000.0);
    }

    Duration elapsed() {
        return Duration.between(start, clock.instant());
    }

    /** Begins a part of the story. */
    void chapter(String title) {
        out.println();
        out.println(stamp() + title);
    }

    /** Something has happened. */
    void say(String sentence) {
        out.println(stamp() + "  " + sentence);
    }

    /** More about what was said last. */
    void more(String sentence) {
        out.println(BLANK + "  " + sentence);
    }
}
