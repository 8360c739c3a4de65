package io.finemesh.scheduler.simulation;

import io.finemesh.contract.Message;
import io.finemesh.contract.wire.Envelope;
import java.util.ArrayList;
import java.util.List;

/** One topic: what was said on it, and readers that each are as far as they are. */
final class TopicLog {
    private final List<Envelope<? extends Message>> records = new ArrayList<>();

    void append(Envelope<? extends Message> record) {
        records.add(record);
    }

    /** Says something of the past again, as a producer does that did not hear that it was heard. */
    void repeat(int index) {
        records.add(records.get(index));
    }

    int size() {
        return records.size();
    }

    Reader reader() {
        return new Reader();
    }

    final class Reader {
        private int position;

        boolean hasNext() {
            return position < records.size();
        }

        Envelope<? extends Message> next() {
            return records.get(position++);
        }
    }
}
