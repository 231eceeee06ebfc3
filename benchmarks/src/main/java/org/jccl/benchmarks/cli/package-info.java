/**
 * The command line of jccl. Each command is one thin class that parses its options and hands over
 * to the module that does the work. Unknown input costs one clear line and exit code 2, a run that
 * failed exit code 1.
 */
@NullMarked
package org.jccl.benchmarks.cli;

import org.jspecify.annotations.NullMarked;
