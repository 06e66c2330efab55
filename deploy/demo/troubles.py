"""What goes wrong with an accounting system in a year: by module, as a clerk says it and as it was solved."""

from typing import NamedTuple


class Trouble(NamedTuple):
    """A problem that comes back: the complaint's title and words, what was behind it, and what helped."""

    module: str
    title: str
    description: str
    cause: str
    steps: str


TROUBLES = (
    Trouble(
        "sam",
        "ID pengguna terkunci",
        "ID saya terkunci selepas cuba log masuk pagi tadi. Mohon dibuka semula.",
        "Lima cubaan log masuk yang gagal.",
        "1. Sahkan pemilik ID.\n2. Buka kunci ID.\n3. Minta pengguna tukar kata laluan.",
    ),
    Trouble(
        "sam",
        "Peranan pegawai baharu belum diberi",
        "Pegawai baharu tidak nampak menu kelulusan walaupun borang peranan telah dihantar.",
        "Peranan belum dipetakan kepada pusat tanggungjawab.",
        "1. Semak borang peranan.\n2. Petakan peranan kepada PTJ.\n3. Log masuk semula.",
    ),
    Trouble(
        "ba",
        "Waran peruntukan tidak muncul",
        "Waran peruntukan suku tahun ini tidak muncul dalam senarai vot.",
        "Waran masih menunggu kelulusan peringkat kedua.",
        "1. Semak status waran.\n2. Luluskan peringkat kedua.\n3. Muat semula senarai vot.",
    ),
    Trouble(
        "ba",
        "Baki vot negatif selepas pindah peruntukan",
        "Baki vot menjadi negatif selepas pindah peruntukan diluluskan.",
        "Pindah peruntukan direkod dua kali.",
        "1. Kenal pasti rekod berganda.\n2. Batalkan rekod kedua.\n3. Semak semula baki.",
    ),
    Trouble(
        "gl",
        "Jurnal tidak boleh diluluskan",
        "Butang Lulus tidak aktif untuk jurnal pelarasan bulan ini.",
        "Tempoh perakaunan telah ditutup.",
        "1. Buka semula tempoh.\n2. Luluskan jurnal.\n3. Tutup tempoh.",
    ),
    Trouble(
        "gl",
        "Imbangan duga tidak seimbang",
        "Jumlah debit dan kredit imbangan duga berbeza selepas proses hujung bulan.",
        "Satu kelompok jurnal hanya dikemas kini separuh.",
        "1. Cari kelompok yang tergantung.\n2. Jalankan semula kemas kini.\n3. Jana semula imbangan duga.",
    ),
    Trouble(
        "cm",
        "Penyata bank tidak dapat dimuat naik",
        "Fail penyata bank ditolak dengan mesej format tidak sah.",
        "Bank menukar susunan medan fail.",
        "1. Tukar templat muat naik.\n2. Muat naik semula fail.",
    ),
    Trouble(
        "cm",
        "Penyesuaian bank tersangkut",
        "Proses penyesuaian bank berhenti pada 60 peratus sejak semalam.",
        "Satu transaksi tanpa nombor rujukan.",
        "1. Asingkan transaksi tanpa rujukan.\n2. Jalankan semula proses.",
    ),
    Trouble(
        "ac",
        "Tuntutan perjalanan tidak boleh dihantar",
        "Sistem meminta kelulusan ketua jabatan walaupun telah diluluskan.",
        "Rantaian kelulusan lama masih aktif.",
        "1. Kemas kini rantaian kelulusan.\n2. Hantar semula tuntutan.",
    ),
    Trouble(
        "ac",
        "Pendahuluan diri tidak ditolak",
        "Pendahuluan diri bulan lepas tidak ditolak daripada tuntutan.",
        "Nombor pendahuluan tidak dipautkan pada tuntutan.",
        "1. Pautkan pendahuluan.\n2. Kira semula tuntutan.",
    ),
    Trouble(
        "ar",
        "Bil hasil tidak dapat dicetak",
        "Bil hasil dicetak kosong walaupun pratonton betul.",
        "Templat cetakan versi lama.",
        "1. Kemas kini templat.\n2. Cetak semula bil.",
    ),
    Trouble(
        "ar",
        "Kutipan kaunter tidak muncul dalam laporan harian",
        "Kutipan kaunter pagi tadi tiada dalam laporan harian.",
        "Kaunter belum ditutup.",
        "1. Tutup kaunter.\n2. Jana semula laporan harian.",
    ),
    Trouble(
        "proc",
        "Pesanan tempatan kekal berstatus Proses",
        "Pesanan tempatan kekal berstatus Proses selama dua hari.",
        "Kerja kelompok perolehan tersangkut.",
        "1. Henti kerja kelompok.\n2. Jalankan semula.\n3. Sahkan status.",
    ),
    Trouble(
        "pa",
        "Kemajuan projek tidak dikemas kini",
        "Peratus kemajuan projek tidak berubah selepas bayaran interim.",
        "Kod projek tidak dipautkan pada bayaran.",
        "1. Pautkan kod projek.\n2. Kira semula kemajuan.",
    ),
    Trouble(
        "aim",
        "Susut nilai aset dikira dua kali",
        "Susut nilai bulan lepas dikira dua kali bagi kenderaan jabatan.",
        "Proses susut nilai dijalankan dua kali.",
        "1. Balikkan proses kedua.\n2. Jana semula laporan aset.",
    ),
    Trouble(
        "ap",
        "Bayaran EFT ditolak bank",
        "Bayaran EFT kepada pembekal ditolak kerana nama akaun tidak sepadan.",
        "Nama pembekal dalam daftar berbeza dengan rekod bank.",
        "1. Betulkan nama pembekal.\n2. Sahkan akaun.\n3. Hantar semula EFT.",
    ),
    Trouble(
        "ap",
        "Baucar bayaran berganda",
        "Dua baucar bayaran dijana bagi satu invois.",
        "Butang Jana ditekan dua kali sebelum halaman dimuat.",
        "1. Batalkan baucar kedua.\n2. Sahkan status invois.",
    ),
    Trouble(
        "inv",
        "Faedah simpanan tetap salah kira",
        "Faedah simpanan tetap berbeza dengan sijil bank.",
        "Asas kiraan hari ditetapkan 360.",
        "1. Tukar asas kiraan kepada 365.\n2. Kira semula faedah.",
    ),
    Trouble(
        "com",
        "Wang jaminan pelaksanaan tidak dilepaskan",
        "Wang jaminan pelaksanaan masih ditahan walaupun kontrak telah tamat.",
        "Tarikh tamat tempoh liabiliti belum direkod.",
        "1. Rekod tarikh.\n2. Luluskan pelepasan.",
    ),
    Trouble(
        "mycost",
        "Kos projek tidak dipindahkan dari MyCost",
        "Kos projek minggu lepas tidak dipindahkan dari MyCost.",
        "Fail antara muka tertahan.",
        "1. Semak fail antara muka.\n2. Proses semula.",
    ),
    Trouble(
        "ln",
        "Notis bayaran balik pinjaman tidak dijana",
        "Notis bayaran balik pinjaman suku ini tidak dijana.",
        "Jadual penjanaan tidak aktif.",
        "1. Aktifkan jadual.\n2. Jana notis secara manual.",
    ),
    Trouble(
        "dws",
        "Dokumen imbasan tidak boleh dibuka",
        "Dokumen imbasan memaparkan halaman kosong dalam DWS.",
        "Storan imbasan kehabisan ruang.",
        "1. Tambah ruang.\n2. Imbas semula dokumen yang gagal.",
    ),
    Trouble(
        "py",
        "Elaun tidak dibayar dalam gaji bulan ini",
        "Elaun khas tidak dibayar dalam gaji bulan ini bagi sembilan kakitangan.",
        "Kod elaun tamat tempoh.",
        "1. Lanjutkan kod elaun.\n2. Bayar tunggakan dalam gaji berikut.",
    ),
    Trouble(
        "py",
        "Slip gaji tidak boleh dimuat turun",
        "Slip gaji tidak boleh dimuat turun sejak pagi.",
        "Perkhidmatan laporan berhenti.",
        "1. Mulakan semula perkhidmatan laporan.\n2. Uji muat turun.",
    ),
    Trouble(
        "bi",
        "Laporan BI memaparkan data semalam",
        "Laporan hasil harian masih memaparkan data semalam.",
        "Proses muatan malam gagal.",
        "1. Jalankan semula muatan.\n2. Segarkan laporan.",
    ),
    Trouble(
        "pt",
        "Portal sangat perlahan pada waktu pagi",
        "Portal mengambil masa lebih seminit untuk dibuka antara jam 8 dan 10 pagi.",
        "Had sambungan pelayan portal terlalu rendah.",
        "1. Naikkan had sambungan.\n2. Pantau tiga hari.",
    ),
    Trouble(
        "int",
        "Fail kutipan ejen tidak diproses",
        "Fail kutipan ejen luar tidak diproses sejak hujung minggu.",
        "Sijil sambungan tamat tempoh.",
        "1. Perbaharui sijil.\n2. Proses semula fail.",
    ),
    Trouble(
        "bc",
        "Pencetak kod bar tidak dikesan",
        "Pencetak kod bar tidak dikesan selepas kemas kini komputer.",
        "Pemacu pencetak tidak serasi.",
        "1. Pasang pemacu terkini.\n2. Cetak label ujian.",
    ),
    Trouble(
        "sl",
        "Baki pinjaman kenderaan berbeza",
        "Baki pinjaman kenderaan berbeza dengan penyata pinjaman.",
        "Bayaran awal belum dipadankan.",
        "1. Padankan bayaran.\n2. Jana semula penyata.",
    ),
    Trouble(
        "lain",
        "Minta panduan tutup akaun hujung tahun",
        "Mohon panduan langkah penutupan akaun hujung tahun bagi PTJ kami.",
        "Panduan terkini belum diedarkan.",
        "1. Hantar panduan.\n2. Muat naik ke portal.",
    ),
)
