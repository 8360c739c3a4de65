package io.finemesh.store.growth;

/**
 * A set of row ids in 32 bytes or less of memory each: their first 128 bits in an open table. Two rows that differ agree in 128 bits by chance with a
 * probability of less than 1e-18 in a data set of ten billion rows.
 */
final class RowIdSet {
    private static final int FIRST_CAPACITY = 1 << 10;

    private long[] table = new long[2 * FIRST_CAPACITY];
    private boolean zero;
    private int size;

    /** Adds an id; false if it was there. */
    boolean add(RowId id) {
        long high = id.high();
        long low = id.low();
        if (high == 0 && low == 0) {
            boolean added = !zero;
            zero = true;
            return added;
        }
        if (2 * (size + 1) > table.length / 2) {
            grow();
        }
        boolean added = put(table, high, low);
        size += added ? 1 : 0;
        return added;
    }

    boolean contains(RowId id) {
        long high = id.high();
        long low = id.low();
        if (high == 0 && low == 0) {
            return zero;
        }
        int at = find(table, high, low);
        return table[at] == high && table[at + 1] == low;
    }

    int size() {
        return size + (zero ? 1 : 0);
    }

    private void grow() {
        long[] larger = new long[2 * table.length];
        for (int at = 0; at < table.length; at += 2) {
            if (table[at] != 0 || table[at + 1] != 0) {
                put(larger, table[at], table[at + 1]);
            }
        }
        table = larger;
    }

    private static boolean put(long[] table, long high, long low) {
        int at = find(table, high, low);
        if (table[at] == high && table[at + 1] == low) {
            return false;
        }
        table[at] = high;
        table[at + 1] = low;
        return true;
    }

    /** Where the pair is, or where it would go. */
    private static int find(long[] table, long high, long low) {
        int slots = table.length / 2;
        int slot = (int) (high & (slots - 1));
        while (true) {
            int at = 2 * slot;
            boolean empty = table[at] == 0 && table[at + 1] == 0;
            if (empty || table[at] == high && table[at + 1] == low) {
                return at;
            }
            slot = (slot + 1) & (slots - 1);
        }
    }
}
