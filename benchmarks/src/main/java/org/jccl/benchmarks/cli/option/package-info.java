/**
 * What values options take. Each kind of value is one converter, so that whatever is wrong with a
 * value is said while the command line is read, before anything runs, and in the same words.
 */
@NullMarked
package org.jccl.benchmarks.cli.option;

import org.jspecify.annotations.NullMarked;
