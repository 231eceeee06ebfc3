/** Test doubles of a whole backend, and threads with bounded joins, for the tests of the api. */
package org.jccl.testing;
