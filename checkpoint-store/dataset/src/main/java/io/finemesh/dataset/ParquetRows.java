package io.finemesh.dataset;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.finemesh.dataset.Row.Dropped;
import io.finemesh.dataset.RowSource.Found;
import io.finemesh.dataset.RowSource.UnreadableFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.io.MessageColumnIO;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.schema.MessageType;

/**
 * Rows of a Parquet file, a group of them in memory at a time. What the file says of itself is checked before anything is decompressed; a file that turns out to
 * be damaged is refused, with the row before which it was.
 */
final class ParquetRows implements RowSource.Rows, AutoCloseable {
    /** Decompressed bytes of a group of rows; what writes data sets makes groups of a hundredth to a half of it. */
    static final long LARGEST_GROUP_BYTES = 1L << 30;

    private final ParquetFileReader file;
    private final MessageType schema;
    private final MessageColumnIO columns;
    private final RowReader reader;
    private final int longest;
    private RecordReader<Group> group;
    private long leftInGroup;
    private long number;

    private ParquetRows(ParquetFileReader file, RowReader reader, int longest) throws UnreadableFile {
        this.file = file;
        this.schema = file.getFooter().getFileMetaData().getSchema();
        this.columns = new ColumnIOFactory().getColumnIO(schema);
        this.reader = reader;
        this.longest = longest;
        if (ParquetValue.depth(schema) > ParquetValue.DEEPEST) {
            throw new UnreadableFile("the Parquet file's columns are nested deeper than " + ParquetValue.DEEPEST);
        }
        for (BlockMetaData block : file.getFooter().getBlocks()) {
            check(block);
        }
    }

    /**
     * Opens a file.
     *
     * @param longest characters of the longest row that is taken
     * @throws UnreadableFile if it is not Parquet, or of a kind that is not read
     */
    static ParquetRows open(Path path, RowReader reader, int longest) throws IOException {
        ParquetFileReader file;
        try {
            file = ParquetFileReader.open(
                    new LocalInputFile(path),
                    ParquetReadOptions.builder()
                            .withCodecFactory(new ParquetCodecs())
                            .build());
        } catch (IOException | RuntimeException | OutOfMemoryError damaged) {
            throw new UnreadableFile("the Parquet file cannot be read: " + Shown.text(damaged.toString()));
        }
        try {
            return new ParquetRows(file, reader, longest);
        } catch (IOException | RuntimeException refused) {
            file.close();
            throw refused;
        }
    }

    private static void check(BlockMetaData block) throws UnreadableFile {
        if (block.getTotalByteSize() > LARGEST_GROUP_BYTES || block.getTotalByteSize() < 0) {
            throw new UnreadableFile("the Parquet file has a row group of " + block.getTotalByteSize()
                    + " bytes; allowed: " + LARGEST_GROUP_BYTES + ", so write smaller row groups");
        }
        for (ColumnChunkMetaData column : block.getColumns()) {
            CompressionCodecName codec = column.getCodec();
            if (!ParquetCodecs.reads(codec)) {
                throw new UnreadableFile("the Parquet file is compressed with " + codec
                        + "; allowed: none, SNAPPY, GZIP, ZSTD or LZ4_RAW");
            }
        }
    }

    @Override
    public Optional<Found> next() throws IOException {
        Group row;
        try {
            while (leftInGroup == 0) {
                PageReadStore pages = file.readNextRowGroup();
                if (pages == null) {
                    return Optional.empty();
                }
                leftInGroup = pages.getRowCount();
                group = columns.getRecordReader(pages, new GroupRecordConverter(schema));
            }
            leftInGroup--;
            number++;
            row = group.read();
        } catch (IOException | RuntimeException | OutOfMemoryError damaged) {
            // Memory too: a damaged length asks for an array that is larger than the whole file.
            throw new UnreadableFile("the Parquet file is damaged at row " + Math.max(number, 1) + ": "
                    + Shown.text(String.valueOf(damaged.getMessage())));
        }
        return Optional.of(found(row));
    }

    /** A row that is dropped is kept as JSON, so that whoever sent it can see which it was. */
    private Found found(Group row) {
        if (ParquetValue.exceeds(row, longest)) {
            return dropped(DropReason.LINE_TOO_LONG, "the row is longer than the longest that is taken");
        }
        ObjectNode object;
        try {
            object = ParquetValue.object(row);
        } catch (ParquetValue.NotText notText) {
            return dropped(DropReason.NOT_UTF8, notText.getMessage());
        }
        Row read = reader.read(object);
        return new Found(
                number, Optional.of(read), read instanceof Dropped ? Optional.of(object.toString()) : Optional.empty());
    }

    private Found dropped(DropReason reason, String detail) {
        return new Found(number, Optional.of(new Dropped(reason, detail)), Optional.empty());
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
