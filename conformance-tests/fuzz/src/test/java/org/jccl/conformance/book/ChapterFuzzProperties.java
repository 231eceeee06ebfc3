package org.jccl.conformance.book;

import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jccl.conformance.fuzz.Mutations;
import org.jccl.conformance.fuzz.Reading;

/** Chapters of the rule book. */
class ChapterFuzzProperties {
  @Provide
  Arbitrary<String> chapters() {
    return Mutations.texts(
        """
        # 3. Creation

        ### INIT-01 Ranks meet

        `guaranteed` `typed` `since 2.19.0` `2 GPUs` `safe`

        The ranks meet.

        ### INIT-02 Never

        `untestable` `raw` `since 2.19.0` `simulator` `safe` `process` `until 2.28.0`

        Nobody comes.

        *Untestable:* nobody knows.
        """);
  }

  @Property
  void chapters_areReadOrNamedByLine(@ForAll("chapters") String text) {
    Reading.endsWell(() -> RuleBook.parse("03-creation.md", text), IllegalStateException.class);
  }
}
