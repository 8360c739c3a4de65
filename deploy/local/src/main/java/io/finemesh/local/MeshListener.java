package io.finemesh.local;

import io.finemesh.local.home.MeshReport.Component;

/** Told what happens to a mesh, in order, one call at a time. */
interface MeshListener {
    /** A component's state changed. */
    void changed(Component component);

    /** Something that a person should read. */
    void note(String message);

    /** For those who look at the log instead. */
    MeshListener SILENT = new MeshListener() {
        @Override
        public void changed(Component component) {}

        @Override
        public void note(String message) {}
    };
}
