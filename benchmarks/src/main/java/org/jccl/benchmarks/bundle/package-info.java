/**
 * Packs the program, a Java runtime linked for it, and the launcher into one archive that runs on a
 * host with neither JDK nor network. Needs {@code tar}, and {@code xz} for the smaller form.
 */
@NullMarked
package org.jccl.benchmarks.bundle;

import org.jspecify.annotations.NullMarked;
