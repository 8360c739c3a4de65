package io.finemesh.demo.tokenizer;

import java.util.ArrayList;
import java.util.List;

/**
 * The printable stand-ins of bytes in byte-level tokenizers: a byte that prints as itself in Latin-1 stands for itself, every other one
 * for the next free code point from 256 on. Space becomes {@code U+0120}.
 */
final class ByteAlphabet {
    private static final String[] SYMBOLS = symbols();

    private ByteAlphabet() {}

    private static String[] symbols() {
        String[] symbols = new String[256];
        int free = 256;
        for (int value = 0; value < 256; value++) {
            boolean printable = value >= '!' && value <= '~' || value >= 0xA1 && value <= 0xAC || value >= 0xAE;
            symbols[value] = Character.toString(printable ? value : free++);
        }
        return symbols;
    }

    /** Symbol of a byte. */
    static String symbol(byte value) {
        return SYMBOLS[value & 0xFF];
    }

    /** All 256 symbols, by byte. */
    static List<String> all() {
        return new ArrayList<>(List.of(SYMBOLS));
    }
}
