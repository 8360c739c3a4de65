package io.finemesh.scheduler.messaging;

import java.util.Map;
import org.apache.kafka.streams.state.RocksDBConfigSetter;
import org.rocksdb.Options;

/** Stores of a few megabytes: the default write buffers and caches are made for a thousand times as much. */
public final class SmallStores implements RocksDBConfigSetter {
    private static final long WRITE_BUFFER_BYTES = 1L << 20;

    @Override
    public void setConfig(String storeName, Options options, Map<String, Object> configs) {
        options.setWriteBufferSize(WRITE_BUFFER_BYTES);
        options.setMaxWriteBufferNumber(2);
    }

    @Override
    public void close(String storeName, Options options) {
        // The options hold nothing that was made here.
    }
}
