package io.finemesh.dataset;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.Type;

/**
 * Values of Parquet as JSON: groups are objects, lists in the three-level form of the format's documentation (and the two-level one before it) lists, maps
 * objects, byte arrays text unless they are not UTF-8. Fixed-length bytes and 96-bit times, which no row of words has, are binary.
 */
final class ParquetValue {
    /** Nested groups, as in rows of JSON. */
    static final int DEEPEST = 32;

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private ParquetValue() {}

    /** Bytes that should be text and are not. */
    static final class NotText extends RuntimeException {
        private static final long serialVersionUID = 1L;

        NotText(String column) {
            super("column " + Shown.text(column) + " is not UTF-8", null, false, false);
        }
    }

    static int depth(Type type) {
        return type.isPrimitive()
                ? 0
                : 1
                        + type.asGroupType().getFields().stream()
                                .mapToInt(ParquetValue::depth)
                                .max()
                                .orElse(0);
    }

    /** Whether the texts of a row have more bytes than so many. */
    static boolean exceeds(Group row, long most) {
        return bytes(row, most) > most;
    }

    private static long bytes(Group group, long most) {
        long bytes = 0;
        for (int field = 0; field < group.getType().getFieldCount() && bytes <= most; field++) {
            Type type = group.getType().getType(field);
            for (int index = 0; index < group.getFieldRepetitionCount(field) && bytes <= most; index++) {
                if (!type.isPrimitive()) {
                    bytes += bytes(group.getGroup(field, index), most);
                } else {
                    bytes += switch (type.asPrimitiveType().getPrimitiveTypeName()) {
                        case BINARY, FIXED_LEN_BYTE_ARRAY, INT96 ->
                            group.getBinary(field, index).length();
                        case BOOLEAN, INT32, INT64, FLOAT, DOUBLE -> Long.BYTES;
                    };
                }
            }
        }
        return bytes;
    }

    /** @throws NotText if a text is not UTF-8 */
    static ObjectNode object(Group group) {
        ObjectNode object = JSON.objectNode();
        for (int field = 0; field < group.getType().getFieldCount(); field++) {
            object.set(group.getType().getFieldName(field), field(group, field));
        }
        return object;
    }

    private static JsonNode field(Group group, int field) {
        Type type = group.getType().getType(field);
        int count = group.getFieldRepetitionCount(field);
        if (type.isRepetition(Type.Repetition.REPEATED)) {
            ArrayNode list = JSON.arrayNode();
            for (int index = 0; index < count; index++) {
                list.add(value(group, field, index));
            }
            return list;
        }
        return count == 0 ? JSON.nullNode() : value(group, field, 0);
    }

    private static JsonNode value(Group group, int field, int index) {
        Type type = group.getType().getType(field);
        if (type.isPrimitive()) {
            return primitive(group, field, index);
        }
        Group inner = group.getGroup(field, index);
        LogicalTypeAnnotation annotation = type.getLogicalTypeAnnotation();
        boolean wrapped = type.asGroupType().getFieldCount() == 1
                && type.asGroupType().getType(0).isRepetition(Type.Repetition.REPEATED);
        if (annotation instanceof LogicalTypeAnnotation.ListLogicalTypeAnnotation && wrapped) {
            return list(inner);
        }
        if (annotation instanceof LogicalTypeAnnotation.MapLogicalTypeAnnotation && wrapped) {
            return map(inner);
        }
        return object(inner);
    }

    /** A repeated group of one optional or required field is the list's element in a wrapping; anything else is the element itself. */
    private static ArrayNode list(Group wrapping) {
        ArrayNode list = JSON.arrayNode();
        Type repeated = wrapping.getType().getType(0);
        boolean wraps = !repeated.isPrimitive()
                && repeated.asGroupType().getFieldCount() == 1
                && (repeated.getName().equals("list") || repeated.getName().equals("bag"));
        for (int index = 0; index < wrapping.getFieldRepetitionCount(0); index++) {
            list.add(wraps ? field(wrapping.getGroup(0, index), 0) : value(wrapping, 0, index));
        }
        return list;
    }

    private static JsonNode map(Group wrapping) {
        ObjectNode map = JSON.objectNode();
        for (int index = 0; index < wrapping.getFieldRepetitionCount(0); index++) {
            Group entry = wrapping.getGroup(0, index);
            GroupType type = entry.getType();
            map.set(field(entry, 0).asText(), type.getFieldCount() > 1 ? field(entry, 1) : JSON.nullNode());
        }
        return map;
    }

    private static JsonNode primitive(Group group, int field, int index) {
        Type type = group.getType().getType(field);
        return switch (type.asPrimitiveType().getPrimitiveTypeName()) {
            case BOOLEAN -> JSON.booleanNode(group.getBoolean(field, index));
            case INT32 -> JSON.numberNode(group.getInteger(field, index));
            case INT64 -> JSON.numberNode(group.getLong(field, index));
            case FLOAT -> JSON.numberNode(group.getFloat(field, index));
            case DOUBLE -> JSON.numberNode(group.getDouble(field, index));
            case BINARY -> text(group, field, index);
            case FIXED_LEN_BYTE_ARRAY, INT96 ->
                JSON.binaryNode(group.getBinary(field, index).getBytes());
        };
    }

    private static JsonNode text(Group group, int field, int index) {
        try {
            return JSON.textNode(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(group.getBinary(field, index).toByteBuffer())
                    .toString());
        } catch (CharacterCodingException malformed) {
            throw new NotText(group.getType().getFieldName(field));
        }
    }
}
