// SPDX-License-Identifier: Apache-2.0
// Tests of the catalog in a file: damage, faults of the disk, locks, rights.
#include "catalog/file_catalog.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "catalog/catalog_format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/small_stack.h"

namespace rowfall::catalog {
namespace {

namespace fs = std::filesystem;
using testing::EndsWith;
using testing::HasSubstr;

CatalogState StateOf(const std::string& name) {
  return {.sources = {{name, "CREATE SOURCE " + name}},
          .views = {{"v_" + name, "CREATE MATERIALIZED VIEW", "g", true}}};
}

std::string_view TextOf(const absl::Status& status) {
  return {status.message().data(), status.message().size()};
}

class FileCatalogTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern =
        (fs::temp_directory_path() / "rowfallXXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    path_ = folder_ + "/catalog";
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string Read(const std::string& path) {
    std::stringstream out;
    out << std::ifstream(path, std::ios::binary).rdbuf();
    return out.str();
  }
  void Write(const std::string& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary) << bytes;
  }
  std::unique_ptr<FileCatalog> Open() {
    auto catalog = FileCatalog::Open(path_);
    EXPECT_TRUE(catalog.ok()) << catalog.status();
    return catalog.ok() ? *std::move(catalog) : nullptr;
  }
  void StoreOnce(const std::string& name) {
    ASSERT_TRUE(Open()->Store(StateOf(name)).ok());
  }

  std::string folder_;
  std::string path_;
};

TEST_F(FileCatalogTest, IsEmptyAtFirst) {
  EXPECT_EQ(Open()->Load().value(), CatalogState());
}

TEST_F(FileCatalogTest, SurvivesReopening) {
  StoreOnce("a");
  EXPECT_EQ(Open()->Load().value(), StateOf("a"));
  StoreOnce("b");
  EXPECT_EQ(Open()->Load().value(), StateOf("b"));
}

TEST_F(FileCatalogTest, IsReadAndWrittenOnASmallStack) {
  const std::string name(100'000, 'a');
  tests::StackUsed([&] {
    StoreOnce(name);
    EXPECT_EQ(Open()->Load().value(), StateOf(name));
  });
}

TEST_F(FileCatalogTest, KeepsTheVersionBefore) {
  StoreOnce("a");
  EXPECT_FALSE(fs::exists(path_ + ".previous"));
  StoreOnce("b");
  EXPECT_EQ(DecodeCatalog(Read(path_ + ".previous")).value(), StateOf("a"));
  EXPECT_FALSE(fs::exists(path_ + ".new"));
}

TEST_F(FileCatalogTest, FilesBelongToTheOwnerAlone) {
  StoreOnce("a");
  StoreOnce("b");
  for (const char* suffix : {"", ".previous", ".lock"}) {
    EXPECT_EQ(fs::status(path_ + suffix).permissions(),
              fs::perms::owner_read | fs::perms::owner_write)
        << suffix;
  }
}

TEST_F(FileCatalogTest, LeftoverOfACrashIsNoObstacle) {
  Write(path_ + ".new", "half of it");
  StoreOnce("a");
  EXPECT_EQ(Open()->Load().value(), StateOf("a"));
}

TEST_F(FileCatalogTest, RelativePathsWork) {
  const fs::path before = fs::current_path();
  fs::current_path(folder_);
  {
    auto catalog = FileCatalog::Open("here");
    ASSERT_TRUE(catalog.ok()) << catalog.status();
    EXPECT_TRUE((*catalog)->Store(StateOf("a")).ok());
    EXPECT_EQ((*catalog)->Load().value(), StateOf("a"));
  }
  fs::current_path(before);
}

// --- Damage ------------------------------------------------------------------

TEST_F(FileCatalogTest, EveryTruncationIsDataLossAndLeftAsItIs) {
  StoreOnce("a");
  StoreOnce("b");
  const std::string whole = Read(path_);
  auto catalog = Open();
  for (size_t size = 0; size < whole.size(); ++size) {
    Write(path_, whole.substr(0, size));
    const absl::Status status = catalog->Load().status();
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << size;
    EXPECT_THAT(TextOf(status),
                EndsWith("'" + path_ + "', the version before it is whole: '" +
                         path_ + ".previous'"));
    EXPECT_EQ(Read(path_).size(), size);
  }
}

TEST_F(FileCatalogTest, EveryFlippedByteIsDataLoss) {
  StoreOnce("a");
  const std::string whole = Read(path_);
  auto catalog = Open();
  for (size_t i = 0; i < whole.size(); ++i) {
    std::string damaged = whole;
    damaged[i] = static_cast<char>(~damaged[i]);
    Write(path_, damaged);
    EXPECT_EQ(catalog->Load().status().code(), absl::StatusCode::kDataLoss);
  }
}

TEST_F(FileCatalogTest, DamageIsNeverWrittenOver) {
  StoreOnce("a");
  StoreOnce("b");
  const std::string previous = Read(path_ + ".previous");
  Write(path_, "garbage");
  auto catalog = Open();
  EXPECT_EQ(catalog->Store(StateOf("c")),
            absl::DataLossError("Catalog file is damaged, it is cut off: '" +
                                path_ + "', the version before it is whole: '" +
                                path_ + ".previous'"));
  EXPECT_EQ(Read(path_), "garbage");
  EXPECT_EQ(Read(path_ + ".previous"), previous);
}

TEST_F(FileCatalogTest, DamagedPreviousIsNotOffered) {
  Write(path_, "garbage");
  Write(path_ + ".previous", "garbage too");
  EXPECT_EQ(Open()->Load().status(),
            absl::DataLossError("Catalog file is damaged, it is cut off: '" +
                                path_ + "'"));
}

TEST_F(FileCatalogTest, MissingFileBesideAPreviousOneIsDataLoss) {
  StoreOnce("a");
  StoreOnce("b");
  fs::remove(path_);
  EXPECT_EQ(Open()->Load().status(),
            absl::DataLossError("Catalog file is missing: '" + path_ +
                                "', the version before it is whole: '" + path_ +
                                ".previous'"));
}

TEST_F(FileCatalogTest, FileDeletedWhileOpenIsWrittenAgain) {
  auto catalog = Open();
  ASSERT_TRUE(catalog->Store(StateOf("a")).ok());
  fs::remove(path_);
  EXPECT_TRUE(catalog->Store(StateOf("b")).ok());
  EXPECT_EQ(catalog->Load().value(), StateOf("b"));
}

TEST_F(FileCatalogTest, LaterVersionIsLeftUntouched) {
  StoreOnce("a");
  std::string bytes = Read(path_);
  bytes[8] = 9;
  uint64_t hash = 0xcbf29ce484222325;
  for (size_t i = 0; i < 28; ++i) {
    hash = (hash ^ static_cast<unsigned char>(bytes[i])) * 0x100000001b3;
  }
  for (size_t i = 0; i < 8; ++i) {
    bytes[28 + i] = static_cast<char>(hash >> (8 * i));
  }
  Write(path_, bytes);
  auto catalog = Open();
  const absl::Status expected = absl::FailedPreconditionError(
      "Catalog file is of version 9, this library reads versions up to 2: '" +
      path_ + "'");
  EXPECT_EQ(catalog->Load().status(), expected);
  EXPECT_EQ(catalog->Store(StateOf("b")), expected);
  EXPECT_EQ(Read(path_), bytes);
}

TEST_F(FileCatalogTest, HugeFileIsNotRead) {
  Write(path_, "");
  fs::resize_file(path_, kMaxCatalogBytes + 1);  // Sparse.
  EXPECT_EQ(FileCatalog::Open(path_).status(),
            absl::ResourceExhaustedError(
                "File is larger than 67108864 bytes: '" + path_ + "'"));
}

TEST_F(FileCatalogTest, HugeStateIsNotWritten) {
  auto catalog = Open();
  CatalogState state;
  state.sources.push_back({"a", std::string(kMaxCatalogBytes, 'x')});
  EXPECT_EQ(catalog->Store(state),
            absl::ResourceExhaustedError(
                "Catalog would be larger than 67108864 bytes"));
  EXPECT_EQ(catalog->Load().value(), CatalogState());
}

// --- Places that are refused -------------------------------------------------

TEST_F(FileCatalogTest, SecondEngineIsRefused) {
  auto first = Open();
  EXPECT_EQ(FileCatalog::Open(path_).status(),
            absl::FailedPreconditionError(
                "Catalog is used by another engine: '" + path_ + "'"));
  first.reset();
  EXPECT_TRUE(FileCatalog::Open(path_).ok());
}

TEST_F(FileCatalogTest, LinksAndPipesAreRefused) {
  Write(folder_ + "/real", "x");
  fs::create_symlink(folder_ + "/real", path_);
  EXPECT_EQ(FileCatalog::Open(path_).status(),
            absl::FailedPreconditionError("Symbolic link: '" + path_ + "'"));
  fs::remove(path_);
  fs::create_hard_link(folder_ + "/real", path_);
  EXPECT_EQ(
      FileCatalog::Open(path_).status(),
      absl::FailedPreconditionError("File has several names: '" + path_ + "'"));
  fs::remove(path_);
  ASSERT_EQ(mkfifo(path_.c_str(), 0600), 0);
  EXPECT_EQ(
      FileCatalog::Open(path_).status(),
      absl::FailedPreconditionError("Not a regular file: '" + path_ + "'"));
  fs::remove(path_);
  fs::create_directory(path_);
  EXPECT_EQ(
      FileCatalog::Open(path_).status(),
      absl::FailedPreconditionError("Not a regular file: '" + path_ + "'"));
}

TEST_F(FileCatalogTest, LinkAsLockFileIsRefused) {
  fs::create_symlink(folder_ + "/elsewhere", path_ + ".lock");
  EXPECT_EQ(FileCatalog::Open(path_).status().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_FALSE(fs::exists(folder_ + "/elsewhere"));
}

TEST_F(FileCatalogTest, FolderForAnybodyIsRefused) {
  fs::permissions(folder_, fs::perms::others_write, fs::perm_options::add);
  EXPECT_EQ(FileCatalog::Open(path_).status(),
            absl::FailedPreconditionError(
                "Folder may be written by anybody: '" + folder_ + "'"));
}

TEST_F(FileCatalogTest, MissingFolderIsNotFound) {
  EXPECT_EQ(FileCatalog::Open(folder_ + "/no/catalog").status(),
            absl::NotFoundError("Cannot look at folder, No such file or "
                                "directory: '" +
                                folder_ + "/no'"));
  EXPECT_EQ(FileCatalog::Open("").status(),
            absl::InvalidArgumentError("Not the name of a file: ''"));
  EXPECT_EQ(FileCatalog::Open(folder_ + "/").status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(FileCatalogTest, FolderWithoutRightsIsPermissionDenied) {
  if (geteuid() == 0) GTEST_SKIP() << "The superuser may write anywhere";
  fs::permissions(folder_, fs::perms::owner_read | fs::perms::owner_exec);
  EXPECT_EQ(FileCatalog::Open(path_).status().code(),
            absl::StatusCode::kPermissionDenied);
  fs::permissions(folder_, fs::perms::owner_all);
}

// --- Faults of the disk ------------------------------------------------------

// Fails call number `fail_at`; after a crash all later ones too.
class FaultyOps : public FileOps {
 public:
  FaultyOps(int fail_at, bool crashes, int error)
      : fail_at_(fail_at), crashes_(crashes), error_(error) {}

  int Open(const char* path, int flags, mode_t mode) override {
    return Fails() ? -1 : FileOps::Open(path, flags, mode);
  }
  ssize_t Write(int fd, const void* bytes, size_t size) override {
    if (!Fails()) return FileOps::Write(fd, bytes, size);
    // A part of it arrives all the same.
    (void)FileOps::Write(fd, bytes, size / 2);
    errno = error_;
    return -1;
  }
  int Fsync(int fd) override { return Fails() ? -1 : FileOps::Fsync(fd); }
  int Close(int fd) override {
    const bool fails = Fails();
    const int result = FileOps::Close(fd);  // Else the test would leak it.
    if (fails) errno = error_;
    return fails ? -1 : result;
  }
  int Rename(const char* from, const char* to) override {
    return Fails() ? -1 : FileOps::Rename(from, to);
  }
  int Unlink(const char* path) override {
    return Fails() ? -1 : FileOps::Unlink(path);
  }
  int calls() const { return calls_; }

 private:
  bool Fails() {
    const int call = calls_++;
    const bool fails = crashes_ ? call >= fail_at_ : call == fail_at_;
    if (fails) errno = error_;
    return fails;
  }
  const int fail_at_;
  const bool crashes_;
  const int error_;
  int calls_ = 0;
};

// The number of calls of a Store() without faults.
constexpr int kNoFault = 1 << 20;

TEST_F(FileCatalogTest, FaultAtAnyCallChangesNothing) {
  for (const bool had_one : {false, true}) {
    for (const int error : {EIO, ENOSPC, EROFS, EACCES}) {
      for (int fail_at = 0;; ++fail_at) {
        fs::remove(path_);
        fs::remove(path_ + ".previous");
        if (had_one) StoreOnce("old");
        FaultyOps ops(fail_at, /*crashes=*/false, error);
        const absl::Status status =
            StoreCatalogFile(ops, path_, StateOf("new"));
        if (fail_at >= ops.calls()) {
          EXPECT_TRUE(status.ok());
          break;
        }
        if (status.ok()) continue;  // A call whose failing does no harm.
        EXPECT_EQ(LoadCatalogFile(path_).value(),
                  had_one ? StateOf("old") : CatalogState())
            << fail_at << " " << status;
        FileOps good;
        EXPECT_TRUE(StoreCatalogFile(good, path_, StateOf("new")).ok());
        EXPECT_EQ(LoadCatalogFile(path_).value(), StateOf("new"));
      }
    }
  }
}

TEST_F(FileCatalogTest, CrashAtAnyCallLeavesTheOldOrTheNew) {
  FaultyOps counter(kNoFault, true, EIO);
  StoreOnce("old");
  ASSERT_TRUE(StoreCatalogFile(counter, path_, StateOf("new")).ok());
  ASSERT_GT(counter.calls(), 10);
  for (int crash_at = 0; crash_at <= counter.calls(); ++crash_at) {
    FileOps good;
    ASSERT_TRUE(StoreCatalogFile(good, path_, StateOf("old")).ok());
    FaultyOps ops(crash_at, /*crashes=*/true, EIO);
    const absl::Status status = StoreCatalogFile(ops, path_, StateOf("new"));
    const auto state = LoadCatalogFile(path_);
    ASSERT_TRUE(state.ok()) << crash_at << " " << state.status();
    const bool is_new = *state == StateOf("new");
    EXPECT_TRUE(is_new || (*state == StateOf("old") && !status.ok()));
  }
}

TEST_F(FileCatalogTest, ErrorsNameCallAndFile) {
  // The calls of writing a file: unlink, open, write, fsync, close, rename,
  // open, fsync and close of the folder.
  const std::vector<std::string> texts = {
      "Cannot remove file, Input/output error: '" + path_ + ".new'",
      "Cannot make file, Input/output error: '" + path_ + ".new'",
      "Cannot write file, Input/output error: '" + path_ + ".new'",
      "Cannot sync file, Input/output error: '" + path_ + ".new'",
      "Cannot close file, Input/output error: '" + path_ + ".new'",
      "Cannot rename file, Input/output error: '" + path_ + ".new'",
      "Cannot open folder, Input/output error: '" + folder_ + "'",
      "Cannot sync folder, Input/output error: '" + folder_ + "'"};
  for (size_t i = 0; i < texts.size(); ++i) {
    FaultyOps ops(static_cast<int>(i), false, EIO);
    EXPECT_EQ(StoreCatalogFile(ops, path_, StateOf("a")),
              absl::UnavailableError(texts[i]));
  }
}

TEST_F(FileCatalogTest, CodesSayWhatToDo) {
  const auto code = [](int error) {
    return ErrnoStatus(error, "x", "y").code();
  };
  EXPECT_EQ(code(EROFS), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(code(EACCES), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(code(ENOENT), absl::StatusCode::kNotFound);
  EXPECT_EQ(code(ENOSPC), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(code(EDQUOT), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(code(ELOOP), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(code(ENAMETOOLONG), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code(EIO), absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace rowfall::catalog
