package io.finemesh.dataset;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.zip.GZIPInputStream;
import org.apache.parquet.bytes.ByteBufferInputStream;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.hadoop.util.HadoopCodecs;

/**
 * What the pages of a Parquet file may be compressed with: GZIP (RFC 1952, also in several members) by the JDK, since the library leaves it to Hadoop; the others
 * by the library.
 */
final class ParquetCodecs implements CompressionCodecFactory {
    private final CompressionCodecFactory library = HadoopCodecs.newFactory(0);

    /** Whether files compressed like this are read. */
    static boolean reads(CompressionCodecName codec) {
        return switch (codec) {
            case UNCOMPRESSED, SNAPPY, GZIP, ZSTD, LZ4_RAW -> true;
            // LZ4 is a framing of Hadoop's that each writer understood differently; the format withdrew it for LZ4_RAW.
            case LZO, BROTLI, LZ4 -> false;
        };
    }

    @Override
    public BytesInputDecompressor getDecompressor(CompressionCodecName codec) {
        return codec == CompressionCodecName.GZIP ? new Gzip() : library.getDecompressor(codec);
    }

    @Override
    public BytesInputCompressor getCompressor(CompressionCodecName codec) {
        return library.getCompressor(codec);
    }

    @Override
    public void release() {
        library.release();
    }

    /** A page, whose length once decompressed stands before it: one that comes out shorter or longer is damaged. */
    private static final class Gzip implements BytesInputDecompressor {
        @Override
        public BytesInput decompress(BytesInput bytes, int decompressedSize) throws IOException {
            return BytesInput.from(page(bytes.toInputStream(), decompressedSize));
        }

        @Override
        public void decompress(ByteBuffer input, int compressedSize, ByteBuffer output, int decompressedSize)
                throws IOException {
            ByteBuffer compressed = input.slice(input.position(), compressedSize);
            output.put(page(ByteBufferInputStream.wrap(compressed), decompressedSize));
            input.position(input.position() + compressedSize);
        }

        @Override
        public void release() {}

        private static byte[] page(InputStream compressed, int size) throws IOException {
            if (size < 0 || size > ParquetRows.LARGEST_GROUP_BYTES) {
                throw new IOException("a page claims " + size + " bytes");
            }
            try (InputStream in = new GZIPInputStream(compressed)) {
                byte[] page = in.readNBytes(size);
                if (page.length < size) {
                    throw new EOFException("a page of " + size + " bytes has " + page.length);
                }
                if (in.read() >= 0) {
                    throw new IOException("a page has more than the " + size + " bytes it claims");
                }
                return page;
            }
        }
    }
}
