"""Stories that have ended: solved, rejected, duplicate, withdrawn; and one that was reopened."""

from deploy.demo import people
from deploy.demo.telling import Story, admin, assign, close, complainant, implementor, pic

STORIES = (
    Story(
        key="baucar",
        person=people.AMINAH,
        module="ap",
        filed=(25, "08:42"),
        title="Baucar bayaran kekal berstatus Draf selepas diluluskan",
        description=(
            "Baucar bayaran bernombor BP0012456 telah diluluskan oleh Pegawai Pelulus pada pagi ini tetapi statusnya "
            "masih Draf. Pembayaran kepada pembekal perlu dibuat sebelum hujung bulan."
        ),
        steps=(
            assign(25, "09:15"),
            pic(25, "10:05", "start"),
            pic(25, "10:20", "reply", text="Aduan diterima. Kami sedang menyemak log kelulusan baucar tersebut."),
            pic(24, "09:30", "refer", text="Log kelulusan lengkap di skrin, tetapi jadual status tidak dikemas kini."),
            implementor(24, "11:10", "claim"),
            implementor(23, "15:40", "return", text="Kerja kelompok kelulusan tersangkut. Telah dijalankan semula."),
            close(
                *(23, "16:10", "Status baucar kini Lulus. Sila semak, dan tutup aduan jika bayaran boleh dibuat."),
                cause="Kerja kelompok kelulusan baucar tersangkut semalaman.",
                steps="1. Semak senarai kerja kelompok.\n2. Jalankan semula kerja kelulusan.\n3. Sahkan status baucar.",
            ),
            complainant(22, "08:55", "close", text="Bayaran sudah dibuat. Terima kasih."),
            complainant(22, "08:58", "rate", score=5, comment="Cepat dan jelas."),
        ),
    ),
    Story(
        key="laluan",
        person=people.ROSLI,
        module="sam",
        filed=(24, "11:03"),
        title="Tidak dapat log masuk selepas tukar kata laluan",
        description="Selepas menukar kata laluan semalam, sistem memaparkan mesej ID tidak sah setiap kali log masuk.",
        steps=(
            assign(24, "11:30"),
            pic(24, "12:10", "reply", text="ID tuan terkunci selepas lima cubaan. Kami telah membukanya semula."),
            close(
                *(24, "12:15", "ID telah dibuka semula. Sila cuba log masuk dan tutup aduan jika berjaya."),
                cause="ID pengguna terkunci selepas lima cubaan gagal.",
                steps="1. Buka modul Pentadbiran & Keselamatan.\n2. Cari ID.\n3. Pilih Buka Kunci.",
            ),
            complainant(24, "14:20", "close", text=""),
            complainant(24, "14:22", "rate", score=4, comment=""),
        ),
    ),
    Story(
        key="baki",
        person=people.ZAINAB,
        module="gl",
        filed=(22, "09:20"),
        title="Baki lejar am tidak sama dengan penyata bank bulan lepas",
        description=(
            "Baki akaun hasil di lejar am berbeza RM 1,250.00 dengan penyata bank bulan lepas. Penyesuaian bank tidak "
            "dapat disediakan."
        ),
        steps=(
            assign(22, "10:40"),
            pic(21, "09:05", "start"),
            pic(21, "09:30", "ask_feedback", text="Boleh beri nombor resit bagi terimaan RM 1,250.00 tersebut?"),
            complainant(20, "10:12", "answer", text="Nombor resit ialah KW-0098812, bertarikh minggu ketiga."),
            close(
                *(19, "15:25", "Resit tersebut telah diposkan semula ke tempoh yang betul. Sila semak baki."),
                cause="Resit diposkan ke tempoh perakaunan berikutnya.",
                steps="1. Batalkan pos resit.\n2. Tukar tempoh perakaunan.\n3. Pos semula dan jana penyata.",
            ),
            complainant(18, "08:50", "not_solved", text="Baki masih berbeza RM 50.00. Mohon semak sekali lagi."),
            pic(18, "11:30", "reply", text="Baki RM 50.00 ialah caj bank yang belum direkod. Kami bantu rekodkan."),
            close(
                *(17, "10:00", "Caj bank RM 50.00 telah direkod dan baki kini sama dengan penyata."),
                cause="Caj bank belum direkod dalam lejar am.",
                steps="1. Rekod caj bank melalui baucar jurnal.\n2. Jana semula penyata penyesuaian.",
            ),
            complainant(16, "09:10", "close", text="Baki sudah sama."),
            complainant(16, "09:12", "rate", score=3, comment="Selesai, tetapi perlu dua kali."),
        ),
    ),
    Story(
        key="gaji",
        person=people.NORLIZA,
        module="py",
        filed=(20, "14:05"),
        title="Elaun memangku tidak dikira dalam penyata gaji",
        description="Elaun memangku seorang kakitangan tidak dimasukkan dalam pengiraan gaji bulan ini.",
        steps=(
            assign(20, "15:10"),
            pic(19, "08:40", "start"),
            close(
                *(18, "12:00", "Kod elaun telah dikemas kini dan pengiraan dijalankan semula. Sila semak penyata."),
                cause="Kod elaun memangku tamat tempoh pada awal bulan.",
                steps="1. Lanjutkan tarikh tamat kod elaun.\n2. Jalankan semula pengiraan gaji kakitangan.",
            ),
            complainant(17, "16:30", "close", text="Penyata sudah betul."),
            complainant(17, "16:31", "rate", score=5, comment="Bagus."),
        ),
    ),
    Story(
        key="cetak",
        person=people.SHUKRI,
        module="lain",
        filed=(18, "10:15"),
        title="Pencetak di pejabat tidak berfungsi",
        description="Pencetak di kaunter tidak mengeluarkan kertas sejak pagi.",
        steps=(
            admin(
                *(18, "10:50", "reject"),
                reason_code="not_ispeks",
                reason="Kerosakan pencetak bukan masalah iSPEKS. Sila hubungi unit ICT jabatan tuan.",
            ),
        ),
    ),
    Story(
        key="baucar-lagi",
        person=people.HASNAH,
        module="gl",
        filed=(22, "11:45"),
        title="Lejar am tidak seimbang dengan penyata bank",
        description="Baki lejar am pejabat kami juga berbeza dengan penyata bank bulan lepas.",
        steps=(admin(21, "08:35", "mark_duplicate", duplicate_of="baki"),),
    ),
    Story(
        key="laporan-sendiri",
        person=people.TENGKU,
        module="bi",
        filed=(15, "09:00"),
        title="Laporan bajet bulanan kosong",
        description="Laporan BI bagi bajet bulanan memaparkan jadual kosong untuk jabatan kami.",
        steps=(
            assign(15, "09:45"),
            complainant(14, "08:20", "close", text="Penapis tahun tersalah pilih. Laporan sudah keluar, mohon maaf."),
        ),
    ),
    Story(
        key="aset",
        person=people.MARIAM,
        module="aim",
        filed=(16, "11:20"),
        title="Susut nilai aset dikira dua kali",
        description="Susut nilai bagi tiga kenderaan dikira dua kali dalam bulan yang sama.",
        steps=(
            assign(16, "12:05"),
            pic(15, "09:00", "start"),
            close(
                *(13, "15:00", "Pengiraan berganda telah dibatalkan. Sila semak daftar aset dan tutup aduan."),
                cause="Kerja susut nilai dijalankan dua kali pada hari yang sama.",
                steps="1. Batalkan larian kedua.\n2. Semak daftar aset.\n3. Kunci tempoh.",
            ),
            complainant(12, "10:10", "close", text="Terima kasih."),
            complainant(7, "09:25", "reopen", text="Susut nilai bulan ini dikira dua kali lagi. Mohon semak."),
            pic(6, "10:30", "reply", text="Kami sedang menyemak jadual kerja supaya perkara ini tidak berulang."),
        ),
    ),
)
