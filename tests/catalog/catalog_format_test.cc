// SPDX-License-Identifier: Apache-2.0
// Tests of the bytes of a catalog file.
#include "catalog/catalog_format.h"

#include <cstdlib>
#include <random>

#include "gtest/gtest.h"

namespace rowfall::catalog {
namespace {

CatalogState Sample() {
  return {
      .sources = {{"kafka", "CREATE SOURCE kafka (id bigint) type='kafka'"},
                  {"empty", ""}},
      .views = {{"v", "CREATE MATERIALIZED VIEW v TO t AS SELECT id FROM kafka",
                 "manticore", true},
                {"w", std::string("a\0b\n\xff", 5), "g.w", false}}};
}

TEST(CatalogFormatTest, GivesBackWhatWasEncoded) {
  EXPECT_EQ(DecodeCatalog(EncodeCatalog(Sample())).value(), Sample());
  EXPECT_EQ(DecodeCatalog(EncodeCatalog({})).value(), CatalogState());
}

TEST(CatalogFormatTest, IsThatOfVersionOne) {
  // If this changes, files of earlier versions cannot be read any more.
  const std::string bytes = EncodeCatalog(
      {.sources = {{"s", "q"}}, .views = {{"v", "w", "g", true}}});
  const std::string start("ROWFALL\n\x01\0\0\0\x22\0\0\0\0\0\0\0", 20);
  EXPECT_EQ(bytes.substr(0, 20), start);
  const std::string body(
      "\x01\0\0\0\x01\0\0\0s\x01\0\0\0q"
      "\x01\0\0\0\x01\0\0\0v\x01\0\0\0w\x01\0\0\0g\x01",
      34);
  EXPECT_EQ(bytes.substr(36), body);
}

// With notes of crashes.
CatalogState Noted() {
  CatalogState state = Sample();
  state.views[0].crash.starts = 3;
  state.views[1].crash = {
      7, {{{"t", 2}, 1ll << 40, 1, true}, {{"other", 0}, 0, 2, false}}};
  return state;
}

TEST(CatalogFormatTest, GivesBackNotesOfCrashes) {
  EXPECT_EQ(DecodeCatalog(EncodeCatalog(Noted())).value(), Noted());
  CatalogState one_note = Noted();
  one_note.views[0].crash = {};
  EXPECT_EQ(DecodeCatalog(EncodeCatalog(one_note)).value(), one_note);
}

TEST(CatalogFormatTest, NotesOfCrashesAreThoseOfVersionTwo) {
  const std::string bytes = EncodeCatalog(
      {.views = {{"v", "w", "g", false, {3, {{{"t", 1}, 5, 2, true}}}}}});
  EXPECT_EQ(bytes.substr(0, 12), std::string("ROWFALL\n\x02\0\0\0", 12));
  const std::string notes(
      "\x01\0\0\0\0\0\0\0\x03\0\0\0\x01\0\0\0\x01\0\0\0t"
      "\x01\0\0\0\x05\0\0\0\0\0\0\0\x02\0\0\0\x01",
      38);
  EXPECT_EQ(bytes.substr(bytes.size() - 38), notes);
}

TEST(CatalogFormatTest, EveryTruncationIsDataLoss) {
  const std::string bytes = EncodeCatalog(Noted());
  for (size_t size = 0; size < bytes.size(); ++size) {
    const auto state = DecodeCatalog(bytes.substr(0, size));
    EXPECT_EQ(state.status().code(), absl::StatusCode::kDataLoss) << size;
  }
}

TEST(CatalogFormatTest, EveryFlippedBitIsDataLoss) {
  const std::string bytes = EncodeCatalog(Noted());
  for (size_t i = 0; i < bytes.size() * 8; ++i) {
    std::string flipped = bytes;
    flipped[i / 8] = static_cast<char>(flipped[i / 8] ^ (1 << (i % 8)));
    const auto state = DecodeCatalog(flipped);
    EXPECT_EQ(state.status().code(), absl::StatusCode::kDataLoss) << i;
  }
}

TEST(CatalogFormatTest, TrailingBytesAreDataLoss) {
  EXPECT_EQ(DecodeCatalog(EncodeCatalog(Sample()) + "x").status(),
            absl::DataLossError("bytes follow its end"));
}

// The header has a checksum of its own, which must be right for the version to
// count.
std::string WithVersion(char version) {
  std::string bytes = EncodeCatalog(Sample());
  bytes[8] = version;
  uint64_t hash = 0xcbf29ce484222325;
  for (size_t i = 0; i < 28; ++i) {
    hash = (hash ^ static_cast<unsigned char>(bytes[i])) * 0x100000001b3;
  }
  for (size_t i = 0; i < 8; ++i) {
    bytes[28 + i] = static_cast<char>(hash >> (8 * i));
  }
  return bytes;
}

TEST(CatalogFormatTest, LaterVersionIsNotDamage) {
  EXPECT_TRUE(DecodeCatalog(WithVersion(1)).ok());
  for (const char version : {0, 3}) {
    EXPECT_EQ(DecodeCatalog(WithVersion(version)).status(),
              absl::FailedPreconditionError(
                  "Catalog file is of version " + std::to_string(version) +
                  ", this library reads versions up to 2"));
  }
}

// Bodies whose checksum is right, as nobody but an attacker writes them.
std::string WithBody(std::string_view body, char version = 1) {
  const auto checksum = [](std::string_view bytes) {
    uint64_t hash = 0xcbf29ce484222325;
    for (const char c : bytes) {
      hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    }
    return hash;
  };
  const auto append = [](uint64_t value, std::string& out) {
    for (int i = 0; i < 8; ++i) out += static_cast<char>(value >> (8 * i));
  };
  std::string out("ROWFALL\n\x01\0\0\0", 12);
  out[8] = version;
  append(body.size(), out);
  append(checksum(body), out);
  append(checksum(out), out);
  out += body;
  return out;
}

TEST(CatalogFormatTest, ForgedBodiesAreRefused) {
  const auto status = [](std::string_view body) {
    return DecodeCatalog(WithBody(body)).status();
  };
  EXPECT_EQ(status(""), absl::DataLossError("a definition is cut off"));
  EXPECT_EQ(status({"\xff\xff\xff\xff", 4}),
            absl::DataLossError("a definition is cut off"));
  EXPECT_EQ(status({"\x01\0\0\0\xff\xff\xff\xffname", 12}),
            absl::DataLossError("a definition is cut off"));
  EXPECT_EQ(status({"\0\0\0\0\0\0\0\0x", 9}),
            absl::DataLossError("bytes follow the last definition"));
  EXPECT_EQ(status({"\0\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x02", 21}),
            absl::DataLossError("a state is unknown"));
}

TEST(CatalogFormatTest, ForgedNotesAreRefused) {
  const std::string good = EncodeCatalog(Sample()).substr(36);
  const auto status = [&good](std::string_view notes) {
    return DecodeCatalog(WithBody(good + std::string(notes), 2)).status();
  };
  EXPECT_EQ(status(""), absl::DataLossError("a definition is cut off"));
  EXPECT_EQ(status({"\0\0\0\0", 4}),
            absl::DataLossError("there are no notes of crashes"));
  EXPECT_EQ(status({"\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16}),
            absl::DataLossError("a note of crashes is empty"));
  EXPECT_EQ(status({"\x01\0\0\0\x02\0\0\0\x01\0\0\0\0\0\0\0", 16}),
            absl::DataLossError("a note of crashes has no view"));
  EXPECT_EQ(status({"\x02\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0"
                    "\0\0\0\0\x01\0\0\0\0\0\0\0",
                    28}),
            absl::DataLossError("a note of crashes has no view"));
  EXPECT_EQ(status({"\x01\0\0\0\0\0\0\0\x01\0\0\0\xff\xff\xff\xff", 16}),
            absl::DataLossError("a definition is cut off"));
}

TEST(CatalogFormatTest, RandomBodiesDoNoHarm) {
  const char* seed_text = std::getenv("ROWFALL_SEED");
  const uint64_t seed =
      seed_text == nullptr ? 4711 : std::strtoull(seed_text, nullptr, 10);
  SCOPED_TRACE("ROWFALL_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  const std::string bodies[] = {EncodeCatalog(Sample()).substr(36),
                                EncodeCatalog(Noted()).substr(36)};
  for (int i = 0; i < 20000; ++i) {
    const char version = i % 2 == 0 ? 1 : 2;
    std::string body = bodies[version - 1];
    for (uint64_t n = random() % 4; n > 0; --n) {
      body[random() % body.size()] = static_cast<char>(random());
    }
    body.resize(random() % (body.size() + 1));
    const auto state = DecodeCatalog(WithBody(body, version));
    if (state.ok()) {
      EXPECT_EQ(EncodeCatalog(*state), WithBody(body, version));
    }
  }
}

}  // namespace
}  // namespace rowfall::catalog
