package io.finemesh.engine.tensor;

import java.util.Objects;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;

/**
 * Owns the native objects made on this thread while it is the innermost scope, and frees them when closed. Scopes nest: run, segment, step, layer.
 *
 * <p>Without a scope, native memory would be freed when the garbage collector happens to notice a few dozen bytes of Java, which it does not until
 * gigabytes are gone. A tensor that must outlive its scope is named: {@link #keep} hands it to the scope outside, {@link #own} to the caller.
 *
 * <p>Scopes belong to a thread. They do not follow work that hops to another one.
 */
public final class TensorScope implements AutoCloseable {
    private static final ThreadLocal<TensorScope> INNERMOST = new ThreadLocal<>();

    private final String name;
    private final TensorScope outer;
    private final PointerScope pointers;
    private final Thread thread;

    private TensorScope(String name) {
        this.name = Objects.requireNonNull(name, "a scope has a name");
        this.outer = INNERMOST.get();
        this.thread = Thread.currentThread();
        this.pointers = new PointerScope();
        INNERMOST.set(this);
    }

    /** Opens a scope inside the present one. */
    public static TensorScope open(String name) {
        return new TensorScope(name);
    }

    /** Live native objects owned by Java code, for leak tests. */
    public static long livePointers() {
        return Pointer.totalCount();
    }

    /** Takes a native object out of the innermost scope; the caller closes it. */
    public static <P extends Pointer> P own(P pointer) {
        TensorScope innermost = INNERMOST.get();
        if (innermost != null) {
            // Scopes count references: the caller's comes before the scope's goes, or the object would be freed in
            // between.
            pointer.retainReference();
            innermost.pointers.detach(pointer);
        } else if (pointer.referenceCount() == 0) {
            pointer.retainReference();
        }
        return pointer;
    }

    /** Lets a native object made in this scope live as long as the scope outside; without one, the caller closes it. */
    public <P extends Pointer> P keep(P pointer) {
        pointer.retainReference();
        pointers.detach(pointer);
        return outer == null ? pointer : outer.take(pointer);
    }

    /** Takes over a native object that the caller owned. */
    public <P extends Pointer> P take(P pointer) {
        pointers.attach(pointer);
        pointer.releaseReference();
        return pointer;
    }

    /** Frees everything made in the scope. */
    @Override
    public void close() {
        if (Thread.currentThread() != thread || INNERMOST.get() != this) {
            throw new IllegalStateException("scope '" + name
                    + "' must be closed by the thread that opened it, innermost first; innermost here is "
                    + (INNERMOST.get() == null ? "none" : "'" + INNERMOST.get().name + "'"));
        }
        pointers.close();
        if (outer == null) {
            INNERMOST.remove();
        } else {
            INNERMOST.set(outer);
        }
    }

    @Override
    public String toString() {
        return outer == null ? name : outer + "/" + name;
    }
}
