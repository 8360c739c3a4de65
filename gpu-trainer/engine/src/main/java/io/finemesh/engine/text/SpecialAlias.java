package io.finemesh.engine.text;

/**
 * What a special token is called where its own name would be a word like any other: its id between two noncharacters of Unicode, which no text
 * that is meant for interchange has (Unicode 16, section 23.7). One that a text has all the same is taken for the replacement character.
 */
final class SpecialAlias {
    private static final char OPEN = '\uFDD0';
    private static final char CLOSE = '\uFDD1';
    private static final char REPLACEMENT = '\uFFFD';

    private SpecialAlias() {}

    static String of(int id) {
        return OPEN + Integer.toString(id) + CLOSE;
    }

    /** A text in which no alias stands; as long as the one given. */
    static String absentFrom(String text) {
        return text.replace(OPEN, REPLACEMENT);
    }
}
