package io.finemesh.gateway.document;

/** JSON pointers (RFC 6901). */
public final class Pointers {
    private Pointers() {}

    /** Pointer of a member of the value a pointer names; the document itself is the empty pointer. */
    public static String member(String parent, String key) {
        return parent + "/" + key.replace("~", "~0").replace("/", "~1");
    }

    /** Pointer of an item of the list a pointer names. */
    public static String item(String parent, int index) {
        return parent + "/" + index;
    }
}
