package io.finemesh.score.python;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * {@code str.format} with named fields, in one pass: braces inside a value stay as they are. Only plain {@code {name}} fields and doubled braces are
 * known; prompt templates use nothing else.
 */
public final class PythonFormat {
    private final List<Piece> pieces;

    private record Piece(boolean field, String text) {}

    private PythonFormat(List<Piece> pieces) {
        this.pieces = List.copyOf(pieces);
    }

    /** @throws IllegalArgumentException with the position of a brace that opens or closes nothing */
    public static PythonFormat parse(String template) {
        List<Piece> pieces = new ArrayList<>();
        StringBuilder literal = new StringBuilder();
        int at = 0;
        while (at < template.length()) {
            char character = template.charAt(at);
            boolean doubled = at + 1 < template.length() && template.charAt(at + 1) == character;
            if ((character == '{' || character == '}') && doubled) {
                literal.append(character);
                at += 2;
            } else if (character == '{') {
                int close = template.indexOf('}', at);
                String name = close < 0 ? "" : template.substring(at + 1, close);
                if (!name.matches("[A-Za-z_][A-Za-z0-9_]*")) {
                    throw new IllegalArgumentException("the template has a '{' at character " + at
                            + " that opens no field {name}; a brace that is meant literally is written twice");
                }
                pieces.add(new Piece(false, literal.toString()));
                literal.setLength(0);
                pieces.add(new Piece(true, name));
                at = close + 1;
            } else if (character == '}') {
                throw new IllegalArgumentException("the template has a '}' at character " + at
                        + " that closes nothing; a brace that is meant literally is written twice");
            } else {
                literal.append(character);
                at++;
            }
        }
        pieces.add(new Piece(false, literal.toString()));
        return new PythonFormat(pieces);
    }

    /** Names of the fields, in order of appearance. */
    public List<String> fields() {
        return pieces.stream().filter(Piece::field).map(Piece::text).distinct().toList();
    }

    /** @throws IllegalArgumentException naming a field without a value */
    public String fill(Map<String, String> values) {
        StringBuilder filled = new StringBuilder();
        for (Piece piece : pieces) {
            if (piece.field() && !values.containsKey(piece.text())) {
                throw new IllegalArgumentException(
                        "the template needs {" + piece.text() + "}, and there is no such value");
            }
            filled.append(piece.field() ? values.get(piece.text()) : piece.text());
        }
        return filled.toString();
    }
}
