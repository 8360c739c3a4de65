package io.finemesh.dataset;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.zip.GZIPOutputStream;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.hadoop.util.HadoopCodecs;

/** Writes pages with GZIP, as the library would with Hadoop; those it cannot write at all it leaves as they are and only names the compression. */
final class GzipFiles implements CompressionCodecFactory {
    private final CompressionCodecFactory library = HadoopCodecs.newFactory(1 << 16);

    @Override
    public BytesInputCompressor getCompressor(CompressionCodecName codec) {
        return switch (codec) {
            case UNCOMPRESSED, SNAPPY, ZSTD, LZ4_RAW -> library.getCompressor(codec);
            case GZIP, LZO, BROTLI, LZ4 -> new Pages(codec);
        };
    }

    @Override
    public BytesInputDecompressor getDecompressor(CompressionCodecName codec) {
        return library.getDecompressor(codec);
    }

    @Override
    public void release() {
        library.release();
    }

    private record Pages(CompressionCodecName codec) implements BytesInputCompressor {
        @Override
        public BytesInput compress(BytesInput page) throws IOException {
            if (codec != CompressionCodecName.GZIP) {
                return page;
            }
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
                page.writeAllTo(out);
            }
            return BytesInput.from(bytes);
        }

        @Override
        public CompressionCodecName getCodecName() {
            return codec;
        }

        @Override
        public void release() {}
    }
}
