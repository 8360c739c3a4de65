package io.finemesh.store.growth;

import io.finemesh.store.growth.GrowingVersions.Grown;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Which rows data sets have or had, read from the slices' indexes when it is first asked and kept for the data sets used last. A row that was taken away
 * stays known, so that it does not come back. Used under the lock of its data set.
 */
final class KnownRows {
    private static final int DATASETS_KEPT = 8;

    private final GrowingVersions versions;
    private final Map<String, Known> kept = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Known> eldest) {
            return size() > DATASETS_KEPT;
        }
    };

    KnownRows(GrowingVersions versions) {
        this.versions = versions;
    }

    /** Rows of one data set up to a version. */
    static final class Known {
        private final RowIdSet rows = new RowIdSet();
        private int number;

        boolean contains(RowId row) {
            return rows.contains(row);
        }
    }

    /** Rows of all versions up to now. */
    Known of(String name) {
        Known known;
        synchronized (kept) {
            known = kept.computeIfAbsent(name, _ -> new Known());
        }
        for (Grown version : versions.after(name, known.number)) {
            versions.index(version.growth().slice()).forEach(entry -> known.rows.add(entry.row()));
            known.number = version.key().number();
        }
        return known;
    }
}
