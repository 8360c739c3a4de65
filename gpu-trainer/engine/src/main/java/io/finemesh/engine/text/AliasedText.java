package io.finemesh.engine.text;

import java.util.List;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;

/**
 * A text with special tokens under their aliases.
 *
 * @param text with aliases
 * @param origins for every code point of it, and for its end, the Java character of the original text it stands for
 */
record AliasedText(String text, int[] origins) {
    /**
     * Renames special tokens.
     *
     * @param places of the special tokens, in order, none of them overlapping another
     * @param ids of special tokens
     */
    static AliasedText of(String original, List<SpecialPlace> places, ToIntFunction<String> ids) {
        StringBuilder text = new StringBuilder(original.length());
        IntStream.Builder origins = IntStream.builder();
        int from = 0;
        for (SpecialPlace place : places) {
            words(original, from, place.start(), text, origins);
            String alias = SpecialAlias.of(ids.applyAsInt(place.token()));
            text.append(alias);
            alias.chars().forEach(_ -> origins.add(place.start()));
            from = place.end();
        }
        words(original, from, original.length(), text, origins);
        origins.add(original.length());
        return new AliasedText(text.toString(), origins.build().toArray());
    }

    private static void words(String original, int from, int to, StringBuilder text, IntStream.Builder origins) {
        text.append(SpecialAlias.absentFrom(original.substring(from, to)));
        for (int at = from; at < to; at += Character.charCount(original.codePointAt(at))) {
            origins.add(at);
        }
    }
}
